"""What `make model` learned from the samples: log-odds of an event having caused a mail (`likelihood`)."""

SHARE = 0.635
COEFFICIENTS = {
    "addresses_by_name": 0.103,
    "automatic": -1.038,
    "bias": 6.646,
    "broadcast": -4.896,
    "broadcast_days": 1.361,
    "cards_entered": -2.964,
    "days": -2.656,
    "everyday": -6.253,
    "introduces_itself": -2.238,
    "looks_back": 1.419,
    "newer": -2.031,
    "newer_alike": -7.62,
    "on_other_card": -0.795,
    "other_traced": -3.715,
    "speaks_of_meeting": 2.204,
    "strength": 0.424,
    "traced": 2.215,
    "wrote_of_it_before": 6.633,
}

"""What `make model` learned from the samples: log-odds of an event having caused a mail (`likelihood`)."""

SHARE = 0.559
COEFFICIENTS = {
    "addresses_by_name": 0.146,
    "automatic": -2.281,
    "bias": 5.81,
    "broadcast": -4.066,
    "broadcast_days": 1.102,
    "cards_entered": -3.17,
    "days": -2.427,
    "everyday": -4.796,
    "introduces_itself": -2.101,
    "looks_back": 1.59,
    "newer": -1.742,
    "newer_alike": -7.886,
    "on_other_card": -1.35,
    "other_traced": -3.477,
    "speaks_of_meeting": 2.023,
    "strength": 0.478,
    "traced": 2.358,
    "wrote_of_it_before": 5.705,
}

"""Which model judges, and how it learns from corrections: never a worse one in place of a better (promise 5)."""

from followup_filter.learning.choice import (
    REBUILT,
    TRAINED,
    TRUSTED,
    UPDATED,
    Base,
    forget_old_models,
    load_file,
    model_folder,
    model_in_use,
    row_in_use,
    shipped_model,
    shipped_samples,
    trust_file,
)
from followup_filter.learning.labels import Labels, own_labels
from followup_filter.learning.night import Learned, learn_at_night
from followup_filter.learning.own import corrected_samples
from followup_filter.learning.stream import play_stream
from followup_filter.learning.training import Change, Training, preview, train

__all__ = [
    "REBUILT",
    "TRAINED",
    "TRUSTED",
    "UPDATED",
    "Base",
    "Change",
    "Labels",
    "Learned",
    "Training",
    "corrected_samples",
    "forget_old_models",
    "learn_at_night",
    "load_file",
    "model_folder",
    "model_in_use",
    "own_labels",
    "play_stream",
    "preview",
    "row_in_use",
    "shipped_model",
    "shipped_samples",
    "train",
    "trust_file",
]

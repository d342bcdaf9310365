"""How long providers may take, in seconds."""

from pydantic import BaseModel, ConfigDict, Field

CONNECT_S = 3.0
IDLE_S = 120.0
"""A connection that is silent for so long is given up; how long one waits is for `Pacing` to say."""


class Pacing(BaseModel):
    """`first_token_s`: until an attempt has to show something. `pause_s`: between two pieces of an answer.

    `retries` of one provider, after a wait of at most `patience_s`, jittered between nothing and `backoff_s`, doubled
    each time, or as long as the provider says. `hedge_s`: ask the next provider, too, when the first has shown nothing
    by then; None: never.
    """

    model_config = ConfigDict(frozen=True)

    first_token_s: float = Field(default=15.0, gt=0)
    pause_s: float = Field(default=30.0, gt=0)
    retries: int = Field(default=1, ge=0, le=5)
    backoff_s: float = Field(default=0.25, ge=0)
    patience_s: float = Field(default=2.0, ge=0)
    hedge_s: float | None = Field(default=None, gt=0)

"""Settings: read once, typed, and a wrong value says which one."""

import pytest

from docqa.config import Settings
from docqa.core.errors import InvalidSetting


def test_settings_come_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "DOCQA_STAGE": "aws",
            "DOCQA_CORS_ORIGINS": "https://a.example, https://b.example",
            "PATH": "/bin",
            "DOCQA_CACHE_SECRET": "",
        }
    )
    assert settings.stage == "aws"
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.cache_secret is None


def test_a_wrong_value_names_its_variable() -> None:
    with pytest.raises(InvalidSetting, match="DOCQA_TOKEN_LIFETIME_S"):
        Settings.from_environment({"DOCQA_TOKEN_LIFETIME_S": "soon"})


def test_a_missing_value_names_its_variable() -> None:
    with pytest.raises(InvalidSetting, match="DOCQA_UPLOADS_BUCKET"):
        Settings.from_environment({}).require("uploads_bucket")

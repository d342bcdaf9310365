"""What a build hands to the stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


class PackagingError(Exception):
    """The build cannot go on; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """One zip that becomes a layer or a function's code.

    digest: hash of everything that went in, so equal digests mean equal content.
    unzipped_bytes, zipped_bytes: what Lambda counts, and what is uploaded.
    distributions: normalised names of the third-party distributions inside.
    """

    name: str
    zip_path: Path
    digest: str
    unzipped_bytes: int
    zipped_bytes: int
    distributions: tuple[str, ...] = ()

    def write_manifest(self, path: Path) -> None:
        """Keep everything but the place beside the zip."""
        fields = asdict(self) | {"zip_path": self.zip_path.name}
        path.write_text(json.dumps(fields, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def from_manifest(cls, path: Path) -> Artifact:
        """Raises PackagingError when the manifest or its zip is not what was written."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            zip_path = path.parent / fields["zip_path"]
            if zip_path.stat().st_size != fields["zipped_bytes"]:
                raise ValueError("the zip has another size")
            fields |= {"zip_path": zip_path, "distributions": tuple(fields["distributions"])}
            return cls(**fields)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PackagingError(f"{path.parent} is damaged ({error}): delete that folder and build again") from error


@dataclass(frozen=True, kw_only=True)
class Artifacts:
    """All layers by name, and the code of the functions by family."""

    layers: Mapping[str, Artifact]
    functions: Mapping[str, Artifact]

"""One listing and one publish through the generated client.

Usage: listing_and_publish.py ARTIFACT SIGNATURE, with PLIMSOLL_REGISTRY and PLIMSOLL_TOKEN, and the generated package
`registry` on the path.
"""

import hashlib
import os
import sys
from io import BytesIO
from pathlib import Path

from registry import AuthenticatedClient
from registry.api.artifacts import put_artifact
from registry.api.catalogs import list_catalog
from registry.api.versions import get_version, publish_version
from registry.models import Catalog, CatalogPage, NewVersion, State, StoredArtifact, Tier, Version, Visibility
from registry.types import File

artifact_file, signature_file = (Path(name) for name in sys.argv[1:3])
artifact = artifact_file.read_bytes()
sha256 = hashlib.sha256(artifact).hexdigest()
client = AuthenticatedClient(
    base_url=os.environ["PLIMSOLL_REGISTRY"], token=os.environ["PLIMSOLL_TOKEN"], raise_on_unexpected_status=True
)

for catalog in (Catalog.APPS, Catalog.CONTRIBUTIONS):
    page = list_catalog.sync(catalog, client=client, limit=10)
    assert isinstance(page, CatalogPage) and page.items == [], page

stored = put_artifact.sync(sha256, client=client, body=File(payload=BytesIO(artifact)))
assert isinstance(stored, StoredArtifact) and stored.size == len(artifact), stored

body = NewVersion(
    publisher="acme",
    sha256=sha256,
    signature=signature_file.read_text().strip(),
    visibility=Visibility.PRIVATE,
    notes="From a generated client.",
)
published = publish_version.sync("com.acme.vat-check", client=client, body=body)
assert isinstance(published, Version), published
assert (published.state, published.tier) == (State.APPROVED, Tier.SANDBOX), published

read = get_version.sync("com.acme.vat-check", "1.0.0", client=client)
assert isinstance(read, Version) and read.sha256 == sha256, read
print(f"python: listed, and published {read.package} {read.version}, {read.state} for {read.visibility}")

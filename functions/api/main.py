"""The buffered HTTP API."""

from mangum import Mangum

from docqa.bootstrap import container
from docqa.http.app import create_app
from docqa.http.routes import (
    ask,
    auth,
    collections,
    documents,
    members,
    memories,
    models,
    operations,
    progress,
    search,
    tools,
)

app = create_app(
    container(),
    [
        auth.router,
        collections.router,
        members.router,
        documents.router,
        search.router,
        models.router,
        memories.router,
        operations.router,
    ],
    elsewhere=[ask.router, progress.router, tools.router],  # the stream function's, at the same address
)
handler = Mangum(app, lifespan="off")

"""The buffered HTTP API."""

from mangum import Mangum

from docqa.bootstrap import container
from docqa.http.app import create_app
from docqa.http.routes import auth, documents, operations, search

app = create_app(container(), [auth.router, documents.router, search.router, operations.router])
handler = Mangum(app, lifespan="off")

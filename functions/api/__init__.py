"""API Gateway → Mangum: everything that is answered at once."""

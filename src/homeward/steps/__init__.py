"""One use case per file; each takes ports and knows no AWS service."""

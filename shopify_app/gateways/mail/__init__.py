"""One mail to one person over SMTP (standard library), with our own timeouts and errors. Retries are the caller's."""

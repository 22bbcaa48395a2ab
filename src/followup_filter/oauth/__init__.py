"""OAuth2: signing in with a token of Google, Microsoft or another service instead of a password.

Words: a service has addresses (authorisation, tokens, devices); the owner's client is what the service knows this
program as; a sign-in is what was granted: a refresh token that lasts, and an access token that lives for an hour.
"""

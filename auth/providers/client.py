"""Authlib's client, with limits on what an identity provider can do to us."""

import asyncio
import logging
import time
from typing import Any

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.starlette_client import (
    StarletteIntegration,
    StarletteOAuth2App,
)

TIMEOUT_SECONDS = 5.0
MAX_ANSWER_BYTES = 512 * 1024
# Signatures that need a key of the provider; never "none", nor HS256 (our secret).
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
METADATA_SECONDS = 3600.0
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL_ENDPOINTS = ("userinfo_endpoint",)
# Authlib makes a client for each request. Each would read all certificates again, and
# block the event loop meanwhile.
TLS = httpx2.create_ssl_context()

# On DEBUG it would log verifiers and tokens.
logging.getLogger("authlib").setLevel(logging.INFO)


class ProviderError(Exception):
    """An answer of a provider, about itself or a person, cannot be trusted."""


class BoundedClient(AsyncOAuth2Client):
    """Follows no redirects: they could lead anywhere. Bounds answers in size."""

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = await super().send(request, **options | {"stream": True})
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise ProviderError(f"more than {MAX_ANSWER_BYTES} bytes")
        finally:
            await response.aclose()
        content_type = response.headers.get("content-type", "application/json")
        return httpx2.Response(
            response.status_code,
            headers={"content-type": content_type},
            content=bytes(body),
            request=request,
        )


class OAuthApp(StarletteOAuth2App):
    client_cls = BoundedClient

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(StarletteIntegration(name), name, **options)


class OidcApp(OAuthApp):
    """Uses only checked parts of the issuer's metadata."""

    def __init__(self, name: str, *, issuer: str, **options: Any) -> None:
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        super().__init__(name, server_metadata_url=url, **options)
        self.issuer = issuer
        self._loading = asyncio.Lock()

    async def load_server_metadata(self) -> dict[str, Any]:
        """Cached for an hour, together with the issuer's keys."""
        async with self._loading:
            loaded_at = self.server_metadata.get("_loaded_at", 0.0)
            if loaded_at < time.time() - METADATA_SECONDS:
                self.server_metadata = {}
                document = await super().load_server_metadata()
                # Authlib has cached it: drop it until it is checked.
                self.server_metadata = {}
                self.server_metadata = self._checked(document)
            metadata: dict[str, Any] = self.server_metadata
            return metadata

    def _checked(self, document: dict[str, Any]) -> dict[str, Any]:
        """Authlib would use every field as an option, even of its HTTP client."""
        if document.get("issuer") != self.issuer:
            raise ProviderError(f"it calls itself {document.get('issuer')!r:.200}")
        offered = document.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata = {
            "issuer": self.issuer,
            "_loaded_at": document["_loaded_at"],
            "id_token_signing_alg_values_supported": [
                name for name in ALGORITHMS if name in offered
            ],
        }
        scheme = f"{self.issuer.partition('://')[0]}://"
        for name in (*ENDPOINTS, *OPTIONAL_ENDPOINTS):
            endpoint = document.get(name)
            if isinstance(endpoint, str) and endpoint.startswith(("https://", scheme)):
                metadata[name] = endpoint
            elif name in ENDPOINTS or endpoint is not None:
                raise ProviderError(f"{name} is missing or not https")
        methods = document.get("token_endpoint_auth_methods_supported")
        if methods and "client_secret_basic" not in methods:
            metadata["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105 # a way
        return metadata

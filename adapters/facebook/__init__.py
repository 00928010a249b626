"""The Facebook Page adapter: Graph API through facebook-sdk (platforms.md, Facebook)."""

from adapters.facebook.adapter import FacebookAdapter

__all__ = ["FacebookAdapter"]

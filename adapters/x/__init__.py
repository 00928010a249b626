"""X (API v2) through tweepy."""

from adapters.x.adapter import XAdapter

__all__ = ["XAdapter"]

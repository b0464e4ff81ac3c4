"""Downloader middlewares: which requests are sent, where to and when, and which answers are taken."""

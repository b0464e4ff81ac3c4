"""Measurements that anyone can run; nothing of the package depends on them."""

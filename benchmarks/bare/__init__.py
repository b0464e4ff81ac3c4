"""A Scrapy project with nothing in it: what every figure of ours is held against."""

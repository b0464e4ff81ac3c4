"""Commands of ``scrapy``; those of the same name as Scrapy's replace them."""

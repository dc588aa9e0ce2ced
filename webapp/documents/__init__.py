"""Papers in the form of offices: Word files made from records. Chinese whatever language the screen speaks; no web, no SQL."""

-- What the signature is over where the intent was signed together with others: the intents of its batch, one after the other.
ALTER TABLE orders ADD COLUMN signed_batch bytea CHECK (length(signed_batch) BETWEEN 76 AND 304 AND length(signed_batch) % 38 = 0);

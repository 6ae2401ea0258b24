-- Orders change soon after they are written: with room in its page a changed row needs no new index entries, and no vacuum
-- before its space can be used again.
ALTER TABLE orders SET (fillfactor = 70);

-- Who reads the tables has to know how far they are: what is not in them yet must not seem never to have been.
GRANT SELECT ON projection_cursor TO execution_svc;

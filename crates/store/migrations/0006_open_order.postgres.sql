-- Open records in the order of their rows, so that a long list of them is read page by page without sorting it for each page.
create index ledger_open_order on ledger (connection, id) where state in (3, 4, 5);

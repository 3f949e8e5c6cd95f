"""Links in mails: each does one thing to one order, once, until its charge; and the pages behind them."""

"""`python -m shopify_app.demo`, which is what `bin/demo` runs."""

import sys

from shopify_app.demo import main

sys.exit(main())

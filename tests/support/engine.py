"""What executes operations in tests: `ENGINE=core` has graphql-core do all of it."""

import os

ENGINE = os.environ.get("ENGINE", "plans")
PLANS = ENGINE == "plans"

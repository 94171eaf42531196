"""How large and slow strangers may make things, before anything is done about it."""

# A request's body, a socket's frame.
MAX_BYTES = 131_072
# Proxies take 8 KiB for the line of a request; longer documents go by POST.
MAX_URL_BYTES = 8_192
# What comes of a request besides its body: the line, headers, trailers.
MAX_HEAD_BYTES = 65_536
# From the connection, or from a later request's first byte, to its last one.
REQUEST_SECONDS = 30.0
# For the largest answer, some MiB, on a slow line.
ANSWER_SECONDS = 120.0
# An id, a name, a list of languages.
MAX_NAME_CHARACTERS = 256

# Reading is slow in Python: 2,000 tokens are parsed in 20 ms and validated in up to
# 150. What tools ask of the schema takes about 400.
MAX_DOCUMENT_CHARACTERS = 32_768
MAX_TOKENS = 2_000
# Of fields, introspection takes 15; fragments in fragments take our stack.
MAX_DEPTH = 20
MAX_NESTING = 60
# As written, a fragment's wherever it is spread: introspection takes 230.
MAX_FIELDS = 1_000
# The same asked for again is paid for again.
MAX_ALIASES = 50
MAX_DIRECTIVES = 50
# Of fields with the same name in one place, each with each: these take up to 100 ms,
# and graphql-core's own limit a second. What programs write takes some hundred.
MAX_COMPARISONS = 50_000
# Each may be a mutation.
MAX_ROOT_FIELDS = 20
# Fields of the answer: a map of 1,000 seats with six fields each is read in 20 ms.
MAX_COST = 20_000

# Of variables: a room of 100 rows takes 300 values, a synopsis 5,000 characters.
MAX_VALUES = 1_000
MAX_TEXT_CHARACTERS = 10_000

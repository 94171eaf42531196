"""Limits on what clients send, checked before anything is done for them."""

# The body of a request, or a frame of a socket.
MAX_BYTES = 131_072
# Proxies take 8 KiB for the request line; longer documents go by POST.
MAX_URL_BYTES = 8_192
# All of a request except its body: request line, headers, trailers.
MAX_HEAD_BYTES = 65_536
# From the start of the connection, or from the first byte of a later request, to the
# last byte of the request.
REQUEST_SECONDS = 30.0
# For the client to read the largest response, some MiB, on a slow line.
ANSWER_SECONDS = 120.0
# What was written before we closed a connection that is over.
LINGER_SECONDS = 5.0
# An id, a name, a list of languages.
MAX_NAME_CHARACTERS = 256

# Parsing is slow in Python: 2,000 tokens are parsed in 20 ms and validated in up to
# 150. Introspection by tools takes about 400 tokens.
MAX_DOCUMENT_CHARACTERS = 32_768
MAX_TOKENS = 2_000
# Introspection has 15 levels of fields. Each level of fragments takes our stack, too.
MAX_DEPTH = 20
MAX_NESTING = 60
# Those of a fragment count wherever it is spread. Introspection has 230.
MAX_FIELDS = 1_000
# Each alias may repeat an expensive field.
MAX_ALIASES = 50
MAX_DIRECTIVES = 50
# Validation compares all fields with the same name in one place. This many comparisons
# take up to 100 ms, those that graphql-core allows a second; programs need hundreds.
MAX_COMPARISONS = 50_000
# Each may be a mutation.
MAX_ROOT_FIELDS = 20
# Fields of the response: a map of 1,000 seats with six fields each takes 10 ms.
MAX_COST = 20_000
# Documents of clients that a process keeps by their hashes: usual programs have tens,
# of some hundred characters each.
MAX_PERSISTED_QUERIES = 1_000
MAX_PERSISTED_CHARACTERS = 2_000_000
# Reads that wait for their turn, of one client and of all; seconds that one may wait.
MAX_READS_OF_CLIENT = 500
MAX_READS = 4_000
MAX_TURN_SECONDS = 20.0

# In the variables: a room of 100 rows takes 300 values, a synopsis 5,000 characters.
MAX_VALUES = 1_000
MAX_TEXT_CHARACTERS = 10_000

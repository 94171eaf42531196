"""The code that closes a socket when the client may connect again later.

graphql-ws, and so Apollo Client and urql, give up for good on 1002, 1003, 1007 to 1011,
4004, 4005, 4400, 4401, 4406, 4409, 4429 and 4500, without asking the page: these are
for programs that have to be corrected.
"""

TRY_AGAIN_LATER = 1013  # for what is temporary, faults of ours included

------------------------------- MODULE Money -------------------------------
(* How seats and money move: hold, expiry, checkout, late payment, refund,   *)
(* and the cancel of a reservation and of a session. See README.md here.     *)
(*                                                                           *)
(* One step is one transaction of the database, or one call that the         *)
(* provider has done. What a worker knows between two steps is in `seen`,    *)
(* and a worker may stop there. Messages of the provider are no steps: they  *)
(* only make somebody look earlier, and anybody may look at any time.        *)
EXTENDS Integers, FiniteSets

CONSTANTS
    Customers,  \* each makes one reservation at most
    Buyers,     \* those who pay through the provider; others pay at once, as a rival
    Seats,      \* of one session and one zone; a seat costs 1
    Tries,      \* attempts to pay a reservation, at most
    Workers,    \* settlers that run at the same time
    Faults,     \* what goes wrong, of "stop" (workers), "lost" (answers), "refused" (refunds),
                \* "give up" (tries end), "void" (authorisations end), "by hand" (captures),
                \* "amount" (the provider takes another one)
    Off         \* guards that are taken out; {} is the product

VARIABLES
    session,    \* OPEN, CLOSED (no sales any more) or CANCELLED
    seat,       \* seat -> who has it and how: FREE, or <<HELD or SOLD, customer>>
    status,     \* of the customer's reservation; NONE before the hold
    overdue,    \* whose hold has not ended although its time is over, by the database's clock
    claims,     \* customer -> seats that were held, and after a re-seat the new ones
    refunded,   \* customer -> the claims whose ticket was refunded
    attempt,    \* attempt -> outcome, what the buyer wants for late money, amount
    due,        \* effects that still have to happen at the provider
    failed,     \* effects that the provider refused for good: staff look at them
    provider,   \* attempt -> what the provider has: state, paid, given back
    known,      \* idempotency keys that the provider has worked for
    seen        \* worker -> the attempt that it looked at, and what it saw

rows == <<session, seat, status, overdue, claims, refunded, attempt>>
effects == <<due, failed>>
vars == <<rows, effects, provider, known, seen>>

Attempts == Buyers \X (1 .. Tries)
Of(a) == a[1]
Free == <<"FREE", "nobody">>
Sales == {"SOLD", "RESEATED"}
Outcomes == Sales \cup {"REFUNDED", "RELEASED"}
Nothing == [attempt |-> <<>>]

\* Every guard of the product has a name, so that a run can do without it.
Guard(name, condition) == name \in Off \/ condition
MayBe(fault) == fault \in Faults

Capture(a) == [operation |-> "CAPTURE", attempt |-> a, tickets |-> {}, amount |-> 0, try |-> 0]
Cancel(a) == [operation |-> "CANCEL", attempt |-> a, tickets |-> {}, amount |-> 0, try |-> 0]
\* `tickets` stands for the id of the refund; {} is the whole of money that bought nothing.
Refund(a, tickets, amount) ==
    [operation |-> "REFUND", attempt |-> a, tickets |-> tickets, amount |-> amount, try |-> 0]

Init ==
    /\ session = "OPEN"
    /\ seat = [s \in Seats |-> Free]
    /\ status = [c \in Customers |-> "NONE"]
    /\ overdue = {}
    /\ claims = [c \in Customers |-> {}]
    /\ refunded = [c \in Customers |-> {}]
    /\ attempt = [a \in Attempts |-> [outcome |-> "NONE", late |-> "REFUND", amount |-> 0]]
    /\ due = {} /\ failed = {}
    /\ provider = [a \in Attempts |-> [state |-> "NONE", paid |-> 0, back |-> 0]]
    /\ known = {}
    /\ seen = [w \in Workers |-> Nothing]

----------------------------------------------------------------------------
(* Seats *)

FreeSeats == {s \in Seats : seat[s] = Free}

Hold(c, wanted) ==
    /\ status[c] = "NONE"
    /\ Guard("a hold needs a session on sale", session = "OPEN")
    /\ Guard("a hold needs free seats", wanted \subseteq FreeSeats)
    /\ seat' = [s \in Seats |-> IF s \in wanted THEN <<"HELD", c>> ELSE seat[s]]
    /\ status' = [status EXCEPT ![c] = "PENDING"]
    /\ claims' = [claims EXCEPT ![c] = wanted]
    /\ UNCHANGED <<session, overdue, refunded, attempt, effects, provider, known, seen>>

\* startCheckout may move the deadline, but what has passed stays passed.
DeadlinePasses(c) ==
    /\ status[c] = "PENDING" /\ c \notin overdue
    /\ overdue' = overdue \cup {c}
    /\ UNCHANGED <<session, seat, status, claims, refunded, attempt, effects, provider, known, seen>>

End(c, how) ==
    /\ status' = [status EXCEPT ![c] = how]
    /\ seat' = [s \in Seats |->
                    IF seat[s] = <<"HELD", c>> \/ (status[c] = "CONFIRMED" /\ seat[s][2] = c)
                    THEN Free ELSE seat[s]]
    /\ overdue' = overdue \ {c}
    /\ UNCHANGED <<session, claims, refunded, attempt, effects, provider, known, seen>>

Expire(c) ==
    /\ \/ status[c] = "PENDING" /\ Guard("a hold ends when its time is over", c \in overdue)
       \/ status[c] = "CONFIRMED" /\ "only a pending hold ends" \in Off
    /\ End(c, "EXPIRED")

CancelReservation(c) == c \in Buyers /\ status[c] = "PENDING" /\ c \notin overdue /\ End(c, "CANCELLED")

PayAtOnce(c) ==
    /\ c \notin Buyers /\ status[c] = "PENDING" /\ c \notin overdue
    /\ status' = [status EXCEPT ![c] = "CONFIRMED"]
    /\ seat' = [s \in Seats |-> IF seat[s] = <<"HELD", c>> THEN <<"SOLD", c>> ELSE seat[s]]
    /\ UNCHANGED <<session, overdue, claims, refunded, attempt, effects, provider, known, seen>>

SalesEnd ==
    /\ session = "OPEN" /\ session' = "CLOSED"
    /\ UNCHANGED <<seat, status, overdue, claims, refunded, attempt, effects, provider, known, seen>>

----------------------------------------------------------------------------
(* Checkout: the row is there first. The request to open a page may arrive   *)
(* at any later time, or never; with the same key it opens one page only.    *)
(* The product allows one open attempt at a time, for the buyer's sake. Here *)
(* several may be open: what has to hold does not depend on that.            *)

StartCheckout(a, late) ==
    LET c == Of(a) IN
    /\ attempt[a].outcome = "NONE"
    /\ \A n \in 1 .. a[2] - 1 : attempt[<<c, n>>].outcome # "NONE"
    /\ status[c] = "PENDING" /\ c \notin overdue
    /\ attempt' = [attempt EXCEPT ![a] =
           [outcome |-> "OPEN", late |-> late, amount |-> Cardinality(claims[c])]]
    /\ UNCHANGED <<session, seat, status, overdue, claims, refunded, effects, provider, known, seen>>

Become(a, state) ==
    /\ provider' = [provider EXCEPT ![a].state = state, ![a].paid = IF state = "CLOSED" THEN 0 ELSE @]
    /\ UNCHANGED <<rows, effects, known, seen>>

PageOpens(a) == attempt[a].outcome # "NONE" /\ provider[a].state = "NONE" /\ Become(a, "PAGE")

\* Who has the page may pay it, and the provider may have taken another amount.
Pay(a, state, paid) ==
    /\ provider[a].state = "PAGE"
    /\ provider' = [provider EXCEPT ![a].state = state, ![a].paid = paid]
    /\ UNCHANGED <<rows, effects, known, seen>>

BankSaysYes(a) == provider[a].state = "PROCESSING" /\ Become(a, "CAPTURED")
BankSaysNo(a) == provider[a].state = "PROCESSING" /\ Become(a, "CLOSED")
AuthorisationEnds(a) == MayBe("void") /\ provider[a].state = "AUTHORISED" /\ Become(a, "CLOSED")
CapturedByHand(a) == MayBe("by hand") /\ provider[a].state = "AUTHORISED" /\ Become(a, "CAPTURED")

----------------------------------------------------------------------------
(* Settling: a worker asks the provider, and then decides in one statement.  *)

WindowOver(c) == status[c] # "PENDING" \/ c \in overdue

\* Two calls in one step, since what counts is the last answer: a page that was never
\* opened is opened with its key, and a page whose window is over is ended.
Look(w, a) ==
    LET before == provider[a].state
        opened == IF before # "NONE" THEN before
                  ELSE IF "a page is opened before it is given up" \in Off THEN "CLOSED" ELSE "PAGE"
        after == IF opened = "PAGE" /\ WindowOver(Of(a)) THEN "CLOSED" ELSE opened
    IN
    /\ seen[w] = Nothing
    /\ attempt[a].outcome = "OPEN"
    /\ provider' = [provider EXCEPT ![a].state = IF before = "NONE" /\ after = "CLOSED"
                      /\ "a page is opened before it is given up" \in Off THEN "NONE" ELSE after]
    /\ seen' = [seen EXCEPT ![w] = [attempt |-> a, state |-> after, paid |-> provider[a].paid]]
    /\ UNCHANGED <<rows, effects, known>>

Stop(w) ==
    /\ MayBe("stop") /\ seen[w] # Nothing
    /\ seen' = [seen EXCEPT ![w] = Nothing]
    /\ UNCHANGED <<rows, effects, provider, known>>

Settle(a, outcome, effect) ==
    /\ attempt' = [attempt EXCEPT ![a].outcome = outcome, ![a].late = "REFUND"]
    /\ due' = due \cup effect

Sell(a, state, outcome, seats) ==
    LET c == Of(a) IN
    /\ Settle(a, outcome, IF state = "AUTHORISED" /\ "a sale has its capture" \notin Off
                          THEN {Capture(a)} ELSE {})
    /\ seat' = [s \in Seats |-> IF s \in seats THEN <<"SOLD", c>> ELSE seat[s]]
    /\ claims' = [claims EXCEPT ![c] = seats]
    /\ status' = [status EXCEPT ![c] = "CONFIRMED"]
    /\ overdue' = overdue \ {c}
    /\ UNCHANGED <<session, refunded>>

GiveBack(a, state, paid) ==
    /\ IF state = "AUTHORISED"
       THEN Settle(a, "RELEASED", IF "a release has its cancel" \in Off THEN {} ELSE {Cancel(a)})
       ELSE Settle(a, "REFUNDED", IF "a refund has its effect" \in Off THEN {}
                                  ELSE {Refund(a, {}, paid)})
    /\ UNCHANGED <<session, seat, status, overdue, claims, refunded>>

InTime(c) ==
    IF status[c] = "PENDING" THEN Guard("a sale before the deadline", c \notin overdue)
    ELSE status[c] = "CONFIRMED" /\ "only a pending reservation is sold" \in Off

MayBeLate(a) ==
    /\ \/ status[Of(a)] = "EXPIRED"
       \/ status[Of(a)] = "CANCELLED" /\ "a cancelled reservation is never sold" \in Off
    /\ Guard("a late sale was wanted", attempt[a].late # "REFUND")
    /\ Guard("a late sale needs a session on sale", session = "OPEN")

OwnSeatsFree(c) == Guard("a late sale needs its own seats free", claims[c] \subseteq FreeSeats)

OtherSeats(a) ==
    IF Guard("other seats were wanted", attempt[a].late = "SAME_OR_BETTER_SEATS")
    THEN {t \in SUBSET (IF "other seats are free" \in Off THEN Seats ELSE FreeSeats) :
              Cardinality(t) = Cardinality(claims[Of(a)])}
    ELSE {}

Decide(w) ==
    LET a == seen[w].attempt
        c == Of(a)
        state == seen[w].state
        right == Guard("the amount is the one asked for", seen[w].paid = attempt[a].amount)
        has_money == state \in {"AUTHORISED", "CAPTURED"}
        \* By what the provider has answered, not by the clock: a page that was still open
        \* when the worker looked may have been paid since.
        nothing_comes == \/ state = "CLOSED"
                         \/ state \in {"NONE", "PAGE"} /\ "only an ended page is released" \in Off
                            /\ WindowOver(c)
    IN
    /\ seen[w] # Nothing
    /\ seen' = [seen EXCEPT ![w] = Nothing]
    /\ UNCHANGED <<failed, provider, known>>
    /\ IF ~Guard("an outcome is given once", attempt[a].outcome = "OPEN")
       THEN UNCHANGED <<rows, due>>
       ELSE IF nothing_comes
       THEN Settle(a, "RELEASED", {}) /\ UNCHANGED <<session, seat, status, overdue, claims, refunded>>
       ELSE IF ~has_money
       THEN UNCHANGED <<rows, due>>                     \* looks again later
       ELSE IF right /\ InTime(c)
       THEN Sell(a, state, "SOLD", claims[c])
       ELSE IF status[c] = "PENDING" /\ c \in overdue
       THEN UNCHANGED <<rows, due>>                     \* the hold has to end first
       ELSE IF right /\ MayBeLate(a) /\ OwnSeatsFree(c)
       THEN Sell(a, state, "SOLD", claims[c])
       ELSE IF right /\ MayBeLate(a) /\ OtherSeats(a) # {}
       THEN \E seats \in OtherSeats(a) : Sell(a, state, "RESEATED", seats)
       ELSE GiveBack(a, state, seen[w].paid)

----------------------------------------------------------------------------
(* Refunds of tickets: seats are free when the refund is decided.            *)

SaleOf(c) == {a \in Attempts : Of(a) = c /\ attempt[a].outcome \in Sales}
Tickets(c) == IF status[c] = "CONFIRMED"
              THEN {s \in claims[c] : s \notin refunded[c]} ELSE {}

RefundTickets(c, tickets) ==
    /\ tickets \subseteq IF "a ticket is refunded once" \in Off THEN claims[c] ELSE Tickets(c)
    /\ \E a \in SaleOf(c) :
        /\ due' = due \cup {Refund(a, tickets, Cardinality(tickets))}
        /\ Refund(a, tickets, Cardinality(tickets)) \notin due \cup known \cup failed
    /\ seat' = [s \in Seats |-> IF s \in tickets /\ seat[s] = <<"SOLD", c>> THEN Free ELSE seat[s]]
    /\ refunded' = [refunded EXCEPT ![c] = @ \cup tickets]
    /\ UNCHANGED <<session, status, overdue, claims, attempt, failed, provider, known, seen>>

\* One transaction: no holds any more, and every ticket is refunded.
CancelSession ==
    LET sold(c) == IF "a cancelled session refunds tickets once" \in Off
                   THEN claims[c] ELSE Tickets(c)
        ended == {c \in Customers : status[c] = "PENDING"}
    IN
    /\ session # "CANCELLED" /\ session' = "CANCELLED"
    /\ status' = [c \in Customers |->
           IF c \in ended /\ "a cancelled session has no holds" \notin Off
           THEN "CANCELLED" ELSE status[c]]
    /\ seat' = [s \in Seats |->
           IF seat[s][1] = "SOLD" \/ "a cancelled session has no holds" \notin Off
           THEN Free ELSE seat[s]]
    /\ refunded' = [c \in Customers |-> refunded[c] \cup Tickets(c)]
    /\ due' = due \cup UNION {{Refund(a, sold(c), Cardinality(sold(c))) : a \in SaleOf(c)} :
                              c \in {b \in Customers : sold(b) # {}}}
    /\ overdue' = overdue \ ended
    /\ UNCHANGED <<claims, attempt, failed, provider, known, seen>>

----------------------------------------------------------------------------
(* Effects: the provider does each call once for a key. An answer that is    *)
(* lost leaves the effect due, and somebody calls again.                     *)

Answer(e, how) ==
    \/ how = "DONE" /\ due' = due \ {e} /\ UNCHANGED failed
    \/ how = "REFUSED" /\ due' = due \ {e} /\ failed' = failed \cup {e}
    \/ MayBe("lost") /\ how = "DONE" /\ UNCHANGED effects

RunCapture(e) ==
    LET a == e.attempt IN
    /\ e.operation = "CAPTURE"
    /\ IF provider[a].state = "CLOSED"
       THEN Answer(e, "REFUSED") /\ UNCHANGED provider
       ELSE Answer(e, "DONE") /\ provider' = [provider EXCEPT ![a].state = "CAPTURED"]
    /\ UNCHANGED <<rows, known, seen>>

RunCancel(e) ==
    LET a == e.attempt IN
    /\ e.operation = "CANCEL"
    /\ IF provider[a].state = "CAPTURED"                \* somebody was faster: give it back
       THEN /\ due' = (due \ {e}) \cup
                   IF "a cancel that met money gives it back" \in Off THEN {}
                   ELSE {Refund(a, {}, provider[a].paid)}
            /\ UNCHANGED <<failed, provider>>
       ELSE Answer(e, "DONE") /\ provider' = [provider EXCEPT ![a].state = "CLOSED"]
    /\ UNCHANGED <<rows, known, seen>>

Moves(e) ==
    /\ provider' = [provider EXCEPT ![e.attempt].back = @ + e.amount]
    /\ known' = known \cup {e}

RunRefund(e) ==
    LET a == e.attempt IN
    /\ e.operation = "REFUND"
    /\ Guard("a refund waits for the capture", Capture(a) \notin due)
    /\ \/ Guard("a call has its key", e \notin known) /\ provider[a].state = "CAPTURED"
          /\ Moves(e) /\ Answer(e, "DONE")
       \/ e \in known /\ "a call has its key" \notin Off
          /\ UNCHANGED <<provider, known>> /\ Answer(e, "DONE")
       \/ e \notin known /\ (provider[a].state # "CAPTURED" \/ MayBe("refused"))
          /\ UNCHANGED <<provider, known>> /\ Answer(e, "REFUSED")
    /\ UNCHANGED <<rows, seen>>

\* Tries end before the provider forgets the key. What it has done then is not known.
GiveUp(e) ==
    /\ MayBe("give up")
    /\ due' = due \ {e} /\ failed' = failed \cup {e}
    /\ UNCHANGED <<rows, provider, known, seen>>

\* A bank may send money back days after the refund has succeeded: a refusal that is late.
ComesBack(e) ==
    /\ MayBe("refused") /\ e.operation = "REFUND" /\ e \notin due
    /\ provider' = [provider EXCEPT ![e.attempt].back = @ - e.amount]
    /\ known' = known \ {e}
    /\ failed' = failed \cup {e}
    /\ UNCHANGED <<rows, due, seen>>

\* Staff ask once more for what the provider has refused: a new refund, with a new key.
RefundAgain(e) ==
    /\ e \in failed /\ e.operation = "REFUND" /\ e.try = 0
    /\ provider[e.attempt].state = "CAPTURED"
    /\ Guard("a new key only after a refusal", e \notin known)
    /\ failed' = failed \ {e}
    /\ due' = due \cup {[e EXCEPT !.try = 1]}
    /\ UNCHANGED <<rows, provider, known, seen>>

----------------------------------------------------------------------------
LateChoices == {"REFUND", "SAME_SEATS", "SAME_OR_BETTER_SEATS"}

AnybodyLooks == \E w \in Workers, a \in Attempts : Look(w, a)
AnEffectRuns == \E e \in due : RunCapture(e) \/ RunCancel(e) \/ RunRefund(e)

Next ==
    \/ \E c \in Customers, wanted \in (SUBSET Seats) \ {{}} : Hold(c, wanted)
    \/ \E c \in Customers : DeadlinePasses(c) \/ Expire(c) \/ CancelReservation(c) \/ PayAtOnce(c)
    \/ \E a \in Attempts, late \in LateChoices : StartCheckout(a, late)
    \/ \E a \in Attempts : PageOpens(a) \/ BankSaysYes(a) \/ BankSaysNo(a)
                           \/ AuthorisationEnds(a) \/ CapturedByHand(a)
    \/ \E a \in Attempts, state \in {"AUTHORISED", "PROCESSING"} :
           \/ Pay(a, state, attempt[a].amount)
           \/ MayBe("amount") /\ Pay(a, state, attempt[a].amount + 1)
    \/ AnybodyLooks
    \/ \E w \in Workers : Decide(w) \/ Stop(w)
    \/ \E c \in Buyers, tickets \in (SUBSET Seats) \ {{}} : RefundTickets(c, tickets)
    \/ CancelSession
    \/ SalesEnd
    \/ AnEffectRuns
    \/ \E e \in due : GiveUp(e)
    \/ \E e \in known : ComesBack(e)
    \/ \E e \in failed : RefundAgain(e)

\* What goes on by itself, however often a worker stops. Customers need not do anything.
Fairness ==
    /\ \A c \in Customers : WF_vars(DeadlinePasses(c)) /\ WF_vars(Expire(c))
    /\ \A a \in Attempts : WF_vars(BankSaysYes(a) \/ BankSaysNo(a))
    /\ \A a \in Attempts : \/ "attempts without news are looked at" \in Off
                           \/ SF_vars(\E w \in Workers : Look(w, a))
    /\ \A w \in Workers : SF_vars(Decide(w))
    /\ SF_vars(AnEffectRuns /\ due' # due)

Spec == Init /\ [][Next]_vars
FairSpec == Spec /\ Fairness

----------------------------------------------------------------------------
(* What has to hold *)

RECURSIVE Sum(_)
Sum(set) == IF set = {} THEN 0
            ELSE LET e == CHOOSE x \in set : TRUE IN e.amount + Sum(set \ {e})

RefundsOf(a) == {e \in due \cup known \cup failed : e.attempt = a /\ e.operation = "REFUND"}

\* A seat is sold to one: who is CONFIRMED has all seats whose tickets are not refunded.
SoldOnce ==
    \A c \in Customers :
        /\ \A s \in Tickets(c) : seat[s] = <<"SOLD", c>>
        /\ status[c] = "PENDING" => \A s \in claims[c] : seat[s] = <<"HELD", c>>
        /\ \A s \in Seats : seat[s][2] = c => s \in claims[c]

\* A reservation is sold by one attempt, or by none.
OneSale ==
    \A c \in Buyers : Cardinality(SaleOf(c)) = IF status[c] = "CONFIRMED" THEN 1 ELSE 0

\* captured = sold + refunded + in flight, for each attempt and at any moment.
Books ==
    \A a \in Attempts :
        LET o == attempt[a].outcome
            p == provider[a]
            decided == Sum(RefundsOf(a))
        IN
        CASE o \in {"NONE", "OPEN"} -> p.back = 0 /\ decided = 0
          [] o \in Sales ->
                /\ attempt[a].amount = Cardinality(Tickets(Of(a))) + decided
                /\ p.state = "CAPTURED" => p.paid = attempt[a].amount
                /\ \/ p.state = "CAPTURED"
                   \/ Capture(a) \in due \cup failed
          [] OTHER ->
                /\ p.state \notin {"NONE", "PAGE", "PROCESSING"}
                /\ p.state = "AUTHORISED" => Cancel(a) \in due \cup failed
                /\ p.state = "CAPTURED" => decided = p.paid \/ Cancel(a) \in due \cup failed

\* The provider gives back what we decided, and no refund twice.
RefundedOnce ==
    \A a \in Attempts :
        /\ provider[a].back = Sum({e \in known : e.attempt = a})
        /\ provider[a].back <= provider[a].paid

\* A refund fails because the provider says so, never because we ask too early.
NoRefundTooEarly ==
    \A e \in failed : e.operation = "REFUND" =>
        MayBe("refused") \/ MayBe("give up") \/ Capture(e.attempt) \in failed

CancelledSessionIsEmpty == session = "CANCELLED" => \A s \in Seats : seat[s] = Free

\* Never sold and given back by the same outcome: it is given once.
OutcomeOnce ==
    [][\A a \in Attempts : attempt[a].outcome \in Outcomes =>
           attempt'[a].outcome = attempt[a].outcome]_vars

\* No sale after the deadline but the late one; what is sold or cancelled stays so.
NoSaleAfterTheDeadline ==
    [][\A c \in Customers :
        /\ status[c] \in {"CONFIRMED", "CANCELLED"} => status'[c] = status[c]
        /\ status[c] = "PENDING" /\ status'[c] = "CONFIRMED" => c \notin overdue
        /\ status[c] = "PENDING" /\ status'[c] = "EXPIRED" => c \in overdue
        /\ status[c] = "EXPIRED" /\ status'[c] # "EXPIRED" =>
            /\ status'[c] = "CONFIRMED" /\ session = "OPEN"
            /\ \E a \in Attempts :
                /\ Of(a) = c /\ attempt[a].outcome = "OPEN" /\ attempt'[a].outcome \in Sales
                /\ attempt[a].late # "REFUND"
                /\ attempt'[a].outcome = "SOLD" => claims'[c] = claims[c]
                /\ attempt'[a].outcome = "RESEATED" => attempt[a].late = "SAME_OR_BETTER_SEATS"
    ]_vars

\* A seat is on sale again at the moment when the refund is decided.
SoldUntilRefunded ==
    [][\A s \in Seats, c \in Customers :
        seat[s] = <<"SOLD", c>> /\ seat'[s] # seat[s] =>
            seat'[s] = Free /\ s \in refunded'[c] \ refunded[c]]_vars

\* No seat is held once sales are over.
NoHoldAfterSales ==
    [][session # "OPEN" => \A c \in Customers : ~(status[c] = "NONE" /\ status'[c] = "PENDING")]_vars

EveryAttemptSettles ==
    \A a \in Attempts : attempt[a].outcome = "OPEN" ~> attempt[a].outcome \in Outcomes
EveryEffectEnds == due # {} ~> due = {}

\* Seats are alike, and so are buyers.
Swaps(set) == {p \in [set -> set] : Cardinality({p[x] : x \in set}) = Cardinality(set)}
Symmetry == Swaps(Seats) \cup Swaps(Buyers)
=============================================================================

"""What mails say, in English; see mail/letters.py."""

from collections.abc import Mapping

MAIL_TEXTS: Mapping[str, str] = {
    "mail_ignore": "If you did not ask for this mail, ignore it.",
    "mail_verify_subject": "Confirm your e-mail address",
    "mail_verify_intro": "Somebody opened an account for cinema tickets with this"
    " address. If it was you, confirm the address.",
    "mail_change_intro": "Somebody wants to use this address for an account for cinema"
    " tickets. If it was you, confirm the address.",
    "mail_taken_subject": "You have an account already",
    "mail_taken_intro": "Somebody wants to use this address for another account. It is"
    " the address of your account, so nothing was changed.",
    "mail_leaving_subject": "Your account gets another address",
    "mail_leaving_intro": "Somebody who is signed in to your account asked for the"
    " address %(email)s. It counts as soon as it is confirmed from there.",
    "mail_leaving_unproved": "Somebody who is signed in to your account asked for"
    " another address. It counts as soon as it is confirmed from there.",
    "mail_leaving_how": "If it was not you, set a new password now: all devices have to"
    " sign in again then.",
    "mail_reset_subject": "Set a new password",
    "mail_reset_intro": "Somebody asked for a new password for the account with this"
    " address.",
    "mail_link": "Or open this link:",
    "mail_reset_how": "Enter this code. It works once, within"
    " %(minutes)d minutes. All devices have to sign in again then.",
    "mail_verify_how": "Sign in, and enter this code. It works once, within %(hours)d"
    " hours.",
    "mail_bought": "You get this mail because you have, had, or wanted to buy tickets"
    " for this session.",
    "mail_tickets_subject": "Your tickets for %(movie)s",
    "mail_door": "Show the code of each ticket at the door. Do not pass it on: the"
    " first who shows it gets in.",
    "mail_tickets_link": "You find your tickets here, too:",
    "mail_moved_subject": "New time or room: %(movie)s",
    "mail_moved_intro": "The cinema has given this session another time or room. Your"
    " tickets stay valid. This is how it is now:",
    "mail_moved_refund": "If it does not suit you any more, you can give the tickets"
    " back until the session starts.",
    "mail_cancelled_subject": "Cancelled: %(movie)s",
    "mail_cancelled_intro": "This session does not take place. Your tickets are not"
    " valid any more.",
    "mail_cancelled_reason": "The cinema says: %(reason)s",
    "mail_refund_subject": "Your refund for %(movie)s",
    "mail_refund_intro": "These tickets were given back, and are not valid any more.",
    "mail_refund_amount": "You get %(amount)s back.",
    "mail_refund_of_bank": "You get %(amount)s back, in the way in which you paid."
    " Banks take up to ten days.",
    "mail_refund_failed": "You get %(amount)s back, but your bank did not take it."
    " Please ask the cinema.",
    "mail_unsold_intro": "This payment bought no tickets, for instance because it came"
    " after the time for which the seats were held.",
    "mail_released": "The amount was only reserved with your bank, and was not taken."
    " Banks take up to ten days to show that it is free again.",
    "mail_start": "Start",
    "mail_cinema": "Cinema",
    "mail_room": "Room",
    "mail_seat": "Seat %(seat)s",
    "mail_total": "Total",
}

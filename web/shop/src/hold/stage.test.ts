import { describe, expect, it } from "vitest";
import { isOlder, stageOf, type Stage } from "./stage";

type Facts = Parameters<typeof stageOf>[0];

function facts(status: Facts["status"], payment: Partial<NonNullable<Facts["payment"]>> | null): Facts {
  return { status, payment: payment && { status: "PENDING", provider: "stripe", outcome: null, ...payment } };
}

describe("the page of a reservation", () => {
  it.each<[string, Facts, boolean, Stage]>([
    ["held, no payment yet", facts("PENDING", null), false, "pay"],
    ["held", facts("PENDING", {}), false, "pay"],
    ["back from the provider", facts("PENDING", {}), true, "returned"],
    ["the provider got another sum: pay again", facts("PENDING", { outcome: "REFUNDED" }), true, "pay"],
    ["approve mode never waits for a provider", facts("PENDING", { provider: "approve" }), true, "pay"],
    ["sold", facts("CONFIRMED", { status: "APPROVED", outcome: "SOLD" }), true, "sold"],
    ["approved", facts("CONFIRMED", { status: "APPROVED", provider: "approve" }), false, "sold"],
    ["late, on other seats", facts("CONFIRMED", { status: "APPROVED", outcome: "RESEATED" }), true, "reseated"],
    ["given back", facts("CONFIRMED", { status: "REFUNDED", outcome: "SOLD" }), false, "refunded"],
    ["some given back", facts("CONFIRMED", { status: "PARTLY_REFUNDED", outcome: "SOLD" }), false, "partly-refunded"],
    ["late, nothing known", facts("EXPIRED", { status: "EXPIRED" }), true, "checking"],
    ["nobody has gone to pay", facts("EXPIRED", { status: "EXPIRED" }), false, "expired"],
    ["nobody has paid", facts("EXPIRED", { status: "EXPIRED", outcome: "RELEASED" }), true, "expired"],
    ["late, money back", facts("EXPIRED", { status: "EXPIRED", outcome: "REFUNDED" }), false, "money-back"],
    ["cancelled while paying", facts("CANCELLED", { status: "CANCELLED" }), true, "checking"],
    ["cancelled", facts("CANCELLED", { status: "CANCELLED" }), false, "cancelled"],
    ["expired without a payment", facts("EXPIRED", null), true, "expired"],
  ])("%s", (_, state, wasAtProvider, stage) => {
    expect(stageOf(state, wasAtProvider)).toBe(stage);
  });
});

it("knows an answer that a newer one has overtaken", () => {
  const [held, sold, expired] = (["PENDING", "CONFIRMED", "EXPIRED"] as const).map((status) => ({ status })) as [Facts, Facts, Facts];

  expect([isOlder(held, sold), isOlder(held, expired)]).toEqual([true, true]);
  // Money that came late confirms what had expired.
  expect([isOlder(held, held), isOlder(sold, held), isOlder(sold, expired)]).toEqual([false, false, false]);
});

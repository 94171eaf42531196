import { expect, it, vi } from "vitest";

const nothing = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
vi.stubGlobal("localStorage", nothing);
vi.stubGlobal("addEventListener", () => {});
const { groupsOf } = await import("./mine");

type Bought = Parameters<typeof groupsOf>[0][number];
type Held = Parameters<typeof groupsOf>[1][number];

function ticket(id: string, status = "VALID") {
  return { id, status, code: null, seat: { row: "A", number: 1, label: "A1" } };
}
const bought = (id: string, ...tickets: object[]) => ({ id, tickets, session: { id: "s1" }, payment: { refunds: [] } }) as unknown as Bought;
const held = (id: string, session = "s1") => ({ ...ticket(id), session: { id: session } }) as unknown as Held;

it("shows what was bought and is still held", () => {
  const [group] = groupsOf([bought("r1", ticket("t1"), ticket("t2", "REFUNDED"))], [held("t1")]);

  expect(group).toMatchObject({ id: "r1", isBought: true });
  expect(group?.tickets.map(({ id, isGone }) => [id, isGone])).toEqual([
    ["t1", false],
    ["t2", false],
  ]);
});

it("says of a ticket that somebody else has accepted that it is gone", () => {
  const [group] = groupsOf([bought("r1", ticket("t1"), ticket("t2"))], [held("t2")]);

  expect(group?.tickets.map(({ isGone }) => isGone)).toEqual([true, false]);
});

it("groups what was accepted by sessions, apart from what was bought", () => {
  const groups = groupsOf([bought("r1", ticket("t1"))], [held("t1"), held("t2"), held("t3"), held("t4", "s2")]);

  expect(groups.map(({ isBought, tickets }) => [isBought, tickets.map(({ id }) => id)])).toEqual([
    [true, ["t1"]],
    [false, ["t2", "t3"]],
    [false, ["t4"]],
  ]);
});

// How seats look. A seat is one path: its outline says the price zone, what is cut out of it the rest. So colour is
// never the only sign. The unit is the width of a seat; 0, 0 is its middle.
import type { Seat, SeatState } from "./seats";

export type Look = "free" | "chosen" | "held" | "taken";

export function lookOf({ status, chosen }: SeatState): Look {
  if (chosen) return "chosen";
  if (status === "AVAILABLE") return "free";
  return status === "HELD" ? "held" : "taken";
}

const circle = (x: number, y: number, r: number) =>
  `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`;
const polygon = (points: [number, number][]) => `M${points.map((point) => point.join(",")).join("L")}z`;

/** A box with round corners; those of a side that joins another half of a sofa are square, and touch it. */
function box(left: number, right: number): string {
  const [x0, x1] = [-0.4 - 0.1 * left, 0.4 + 0.1 * right];
  const r = 0.14;
  const [l, m] = [left ? 0 : r, right ? 0 : r];
  return (
    `M${x0 + l},-.4H${x1 - m}` + (m ? `q${r},0 ${r},${r}` : "") + `V${0.4 - m}` + (m ? `q0,${r} -${r},${r}` : "") +
    `H${x0 + l}` + (l ? `q-${r},0 -${r},-${r}` : "") + `V${-0.4 + l}` + (l ? `q0,-${r} ${r},-${r}` : "") + "z"
  );
}

const OUTLINES = [
  box(0, 0),
  circle(0, 0, 0.43),
  polygon([[-0.45, 0], [-0.24, -0.4], [0.24, -0.4], [0.45, 0], [0.24, 0.4], [-0.24, 0.4]]),
  polygon([[0, -0.48], [0.48, 0], [0, 0.48], [-0.48, 0]]),
  polygon([[-0.4, -0.4], [0.4, -0.4], [0.4, 0.1], [0, 0.46], [-0.4, 0.1]]),
] as const;

/** Zones beyond these share shapes, and differ in colour and name. */
export const ZONE_LOOKS = OUTLINES.length;

const CHECK = polygon([[-0.28, 0.02], [-0.17, -0.1], [-0.06, 0.02], [0.17, -0.24], [0.28, -0.12], [-0.06, 0.24]]);
const CROSS = polygon([
  [-0.16, -0.1], [-0.1, -0.16], [0, -0.06], [0.1, -0.16], [0.16, -0.1], [0.06, 0],
  [0.16, 0.1], [0.1, 0.16], [0, 0.06], [-0.1, 0.16], [-0.16, 0.1], [-0.06, 0],
]);
const SIGNS: Record<string, string> = {
  WHEELCHAIR:
    circle(-0.04, -0.24, 0.07) + "M-.09,-.14H0V-.02H.14L.2,.16L.13,.19L.08,.06H-.09z" +
    "M-.13,-.03A.17,.17 0 1,0 .1,.17L.04,.14A.1,.1 0 1,1 -.13,.04z",
  COMPANION: circle(0, -0.15, 0.1) + "M-.19,.22A.19,.21 0 0,1 .19,.22z",
  OBSTRUCTED_VIEW: polygon([[-0.24, 0.17], [0.17, -0.24], [0.24, -0.17], [-0.17, 0.24]]),
  RECLINER: polygon([[-0.24, -0.2], [-0.14, -0.22], [-0.02, 0.08], [0.24, 0.08], [0.24, 0.18], [-0.1, 0.18]]),
};

const paths = new Map<string, string>();

function drawn(zone: number, look: Look, features: readonly string[]): string {
  if (look === "taken") return CROSS;
  const left = features.includes("SOFA_LEFT");
  const right = features.includes("SOFA_RIGHT");
  const outline = left || right ? box(Number(right), Number(left)) : (OUTLINES[zone % ZONE_LOOKS] as string);
  if (look === "held") return outline;
  const sign = Object.keys(SIGNS).find((feature) => features.includes(feature));
  return outline + (look === "chosen" ? CHECK : sign ? SIGNS[sign] : "");
}

/** The `d` of a path, for `fill-rule: evenodd`. */
export function pathOf(zone: number, look: Look, { features }: Pick<Seat, "features">): string {
  const key = `${zone} ${look} ${features}`;
  let path = paths.get(key);
  if (path === undefined) paths.set(key, (path = drawn(zone, look, features)));
  return path;
}

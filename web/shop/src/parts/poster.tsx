// A picture for a movie, which the API has none of: drawn from its title, always the same.

function hashOf(text: string): number {
  let hash = 2166136261;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  return hash >>> 0;
}

const SHAPES = [
  // rings
  (light: string, dark: string) => (
    <>
      {[62, 46, 30, 14].map((radius, number) => (
        <circle key={radius} cx="68" cy="48" r={radius} fill={number % 2 ? dark : light} opacity="0.55" />
      ))}
    </>
  ),
  // the beam of a projector
  (light: string) => (
    <>
      <path d="M8 20 120 58v64z" fill={light} opacity="0.45" />
      <path d="M8 20 120 76v30z" fill={light} opacity="0.6" />
      <circle cx="8" cy="20" r="5" fill={light} />
    </>
  ),
  // a sun behind hills
  (light: string, dark: string) => (
    <>
      <circle cx="46" cy="62" r="28" fill={light} opacity="0.85" />
      <path d="M0 92q30-30 62-8t58-18v84H0z" fill={dark} opacity="0.75" />
      <path d="M0 112q40-22 70-6t50-10v60H0z" fill={dark} />
    </>
  ),
  // a town at night
  (light: string, dark: string) => (
    <>
      <circle cx="90" cy="30" r="13" fill={light} opacity="0.9" />
      <path d="M0 90h16V70h20v28h12V58h22v36h14V76h18v24h18v60H0z" fill={dark} opacity="0.85" />
      <path d="M54 66h4m4 0h4m-12 10h4m4 0h4M22 80h4m66 6h4" stroke={light} stroke-width="3" opacity="0.8" />
    </>
  ),
  // strips of light
  (light: string, dark: string) => (
    <>
      {[0, 1, 2, 3, 4].map((number) => (
        <path key={number} d={`M${number * 30 - 30} 150 ${number * 30 + 30} 0h16L${number * 30 - 14} 150z`} fill={number % 2 ? light : dark} opacity="0.5" />
      ))}
    </>
  ),
];

export function Poster({ title }: { title: string }) {
  const hash = hashOf(title);
  const hue = hash % 360;
  const light = `hsl(${(hue + 40) % 360} 70% 68%)`;
  const dark = `hsl(${(hue + 320) % 360} 45% 18%)`;
  return (
    <svg class="poster" viewBox="0 0 120 150" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="120" height="150" fill={`hsl(${hue} 42% 34%)`} />
      {SHAPES[(hash >>> 10) % SHAPES.length]?.(light, dark)}
    </svg>
  );
}

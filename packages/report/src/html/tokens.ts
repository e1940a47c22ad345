import { states, type State } from '@fermata/verdict'

/** Colours of one theme. Text is at least 4.5:1 on everything that it stands on, marks 3:1 (WCAG 2.2, 1.4.3 and 1.4.11); a test computes both. */
export interface Theme {
  readonly page: string
  readonly card: string
  readonly text: string
  readonly faint: string
  readonly line: string
  readonly link: string
  /** For each state: `ink` for text and borders, `wash` for the ground that such text stands on. */
  readonly states: Readonly<Record<State, { readonly ink: string; readonly wash: string }>>
}

export const light: Theme = {
  page: '#f7f6f3',
  card: '#ffffff',
  text: '#1d1f24',
  faint: '#5c6068',
  line: '#e0ded8',
  link: '#2552b8',
  states: {
    good: { ink: '#166b3a', wash: '#e3f4e8' },
    bad: { ink: '#b3202c', wash: '#fdeaea' },
    warn: { ink: '#7d5200', wash: '#fdf2d6' },
    unknown: { ink: '#6a3fb8', wash: '#f1ebfc' },
    undone: { ink: '#a5420c', wash: '#fdeee3' },
    held: { ink: '#2552b8', wash: '#e8effc' },
    skipped: { ink: '#5c6068', wash: '#efeeeb' },
    running: { ink: '#0f6574', wash: '#e1f3f5' },
  },
}

export const dark: Theme = {
  page: '#111317',
  card: '#191c22',
  text: '#e9e7e3',
  faint: '#a2a5ad',
  line: '#30343c',
  link: '#8db4ff',
  states: {
    good: { ink: '#62cc87', wash: '#15291d' },
    bad: { ink: '#ff8a86', wash: '#351a1c' },
    warn: { ink: '#e6b450', wash: '#2e2512' },
    unknown: { ink: '#bfa1ff', wash: '#261e38' },
    undone: { ink: '#ff9f66', wash: '#331f14' },
    held: { ink: '#8db4ff', wash: '#182338' },
    skipped: { ink: '#a2a5ad', wash: '#22252b' },
    running: { ink: '#5cc8d8', wash: '#12282c' },
  },
}

/** The variables of a theme, as declarations. */
export function variables(theme: Theme): string {
  const { states: ofStates, ...plain } = theme
  return [...Object.entries(plain).map(([name, colour]) => `--${name}:${colour}`), ...states.flatMap((state) => [`--${state}:${ofStates[state].ink}`, `--${state}-wash:${ofStates[state].wash}`])].join(';')
}

/** `.s-bad` and its like set the two colours that the parts inside of it use. */
export function stateClasses(): string {
  return states.map((state) => `.s-${state}{--ink:var(--${state});--wash:var(--${state}-wash)}`).join('\n')
}

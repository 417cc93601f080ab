import type { JSX } from 'preact';
import { emojis, type ReactionKind } from '../model/reactions.js';

const skin = { fill: '#ffc83d', stroke: '#b5770b' } as const;

/** Drawn here: a system without a font for emoji shows boxes in their place. */
const drawings: Readonly<Record<ReactionKind, JSX.Element>> = {
  thumb: (
    <g {...skin}>
      <path d="M9 11.500 12.500 4c.2-.6.7-1 1.300-1 1.500 0 2.300 1.200 2 2.700L15 9h4.300c1.300 0 2.200 1.200 1.900 2.500l-1.500 6.700c-.3 1.300-1.300 2.100-2.600 2.100H11c-.8 0-1.500-.2-2-.5Z" />
      <rect x="3.500" y="11" width="5" height="9.500" rx="1.500" fill="#4b8ef5" stroke="#2b5fb3" />
    </g>
  ),
  heart: (
    <path
      fill="#f04452"
      stroke="#b31f2d"
      d="M12 20.500C7 16.600 3 13.300 3 9.200 3 6.400 5.100 4.300 7.700 4.300c1.700 0 3.300.9 4.300 2.400 1-1.500 2.600-2.400 4.300-2.400 2.600 0 4.700 2.100 4.700 4.900 0 4.100-4 7.400-9 11.300Z"
    />
  ),
  clap: (
    <g {...skin}>
      <path
        transform="rotate(-28 12 12) translate(-3.200 1.200) scale(.82)"
        d="M8 12.500V6a1.500 1.500 0 0 1 3 0V4.500a1.500 1.500 0 0 1 3 0V6a1.500 1.500 0 0 1 3 0v1.500a1.500 1.500 0 0 1 3 0v7c0 3.600-2.700 6.500-6.300 6.500-2.600 0-4.100-1.200-5.400-3.400L5.700 14a1.600 1.600 0 0 1 2.300-1.500Z"
      />
      <path
        transform="rotate(-28 12 12) translate(2.200 4) scale(.82)"
        d="M8 12.500V6a1.500 1.500 0 0 1 3 0V4.500a1.500 1.500 0 0 1 3 0V6a1.500 1.500 0 0 1 3 0v1.500a1.500 1.500 0 0 1 3 0v7c0 3.600-2.700 6.500-6.300 6.500-2.600 0-4.100-1.200-5.400-3.400L5.700 14a1.600 1.600 0 0 1 2.300-1.500Z"
      />
      <path fill="none" stroke="#3fa0f5" d="M14.500 4.500 15.500 2M18 6l2-1.800M19.800 9.300l2.400-.6" />
    </g>
  ),
  laugh: (
    <>
      <circle cx="12" cy="12" r="9.300" {...skin} />
      <path fill="#6b3a12" stroke="none" d="M6.300 12.800h11.400a5.700 5.700 0 0 1-11.400 0Z" />
      <path fill="#fff" stroke="none" d="M7 12.800h10l-.4 1.700H7.400Z" />
      <path
        fill="none"
        stroke="#6b3a12"
        d="M6.800 9.800c.8-1.500 2.400-1.500 3.200 0M14 9.800c.8-1.500 2.400-1.500 3.200 0"
      />
      <path
        fill="#5bb8fa"
        stroke="#2f86cf"
        d="M4.600 11c1.300 1.400.9 4.200-1 4.200S1.600 12.500 4.600 11ZM19.400 11c-1.300 1.400-.9 4.200 1 4.200s2-2.700-1-4.200Z"
      />
    </>
  ),
  party: (
    <>
      <path {...skin} d="M3.200 20.800 8.500 8.500l7 7Z" />
      <path fill="none" stroke="#f04452" d="m6.200 14 3.800 3.800M4.700 17.500l1.800 1.800" />
      <path fill="none" stroke="#8a5cf0" d="M11 9c1.500-1.500 1.800-3.400.8-5.500" />
      <path fill="none" stroke="#1fa67a" d="M15 13c1.500-1.500 3.500-1.800 5.500-.8" />
      <path fill="none" stroke="#3fa0f5" d="M13 11c2.500-1.200 3.500-2.500 4.500-5" />
      <path
        fill="none"
        stroke="#f04452"
        stroke-width="2.400"
        d="M7.500 4.500h.01M20.500 8.500h.01M18 17.500h.01M15.500 3.500h.01"
      />
    </>
  ),
};

export function ReactionIcon({ kind }: { readonly kind: ReactionKind }) {
  return (
    <svg class="reaction-icon" viewBox="0 0 24 24" data-emoji={emojis[kind]} aria-hidden="true">
      {drawings[kind]}
    </svg>
  );
}

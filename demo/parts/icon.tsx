import { icons, type IconName } from './icons.js';

/** It is decoration: each control with an icon has a label too. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {icons[name]}
    </svg>
  );
}

export function Brand() {
  return (
    <p class="brand">
      <svg class="icon" viewBox="0 0 32 32" aria-hidden="true">
        <path d="M4 27V15a12 12 0 0 1 24 0v12" />
        <path d="M10.5 27V16a5.5 5.5 0 0 1 11 0v11" />
      </svg>
      <span class="brand-name">Atrium</span>
    </p>
  );
}

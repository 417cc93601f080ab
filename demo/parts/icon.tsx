/** An icon of the sprite in index.html. It is decoration: each control with an icon has a label too. */
export function Icon({ name }: { readonly name: string }) {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`#icon-${name}`} />
    </svg>
  );
}

export function Brand() {
  return (
    <p class="brand">
      <Icon name="logo" />
      <span class="brand-name">Atrium</span>
    </p>
  );
}

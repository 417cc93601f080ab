import type { ComponentChildren } from 'preact';

/** No text has it. */
const mark = '\uE000';

export interface WithinProps {
  /** A text of the catalogue with one part. */
  readonly text: (part: string) => string;
  /** The part, as it is drawn. Each language has it where its grammar wants it. */
  readonly children: ComponentChildren;
}

/** A sentence with a part that is marked up, such as a name in bold. */
export function Within({ text, children }: WithinProps) {
  const [before = '', after = ''] = text(mark).split(mark);
  return (
    <>
      {before}
      {children}
      {after}
    </>
  );
}

import { useEffect, useState } from 'preact/hooks';

/** A text for the camera of a phone. The encoder is fetched when the first code is shown. Until then, and without it, there is none. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const [rows, setRows] = useState<readonly (readonly boolean[])[]>([]);
  useEffect(() => {
    let isShown = true;
    const draw = async (): Promise<void> => {
      const { encodeQR } = await import('qr');
      if (isShown) setRows(encodeQR(text, 'raw', { border: 4 }));
    };
    draw().catch(() => undefined);
    return () => {
      isShown = false;
    };
  }, [text]);
  if (rows.length === 0) return null;
  const dark = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')));
  return (
    <svg class="qr" viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={label}>
      <path d={dark.join('')} />
    </svg>
  );
}

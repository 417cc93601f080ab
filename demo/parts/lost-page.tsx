import { useVoice } from './voice.js';
import { Brand, Icon } from './icon.js';

/** The page at an address where nothing is. */
export function LostPage({ home }: { readonly home: string }) {
  const { words } = useVoice();
  const { lost } = words();
  return (
    <main class="end-page">
      <Brand />
      <div class="end-card calm">
        <Icon name="link" />
        <h1>{lost.title}</h1>
        <p>{lost.text}</p>
        <a class="primary" href={home}>
          {lost.home}
        </a>
      </div>
    </main>
  );
}

import type { Toasts } from '../model/toasts.js';

/** Read out by screen readers as they come. */
export function ToastList({ toasts }: { readonly toasts: Toasts }) {
  const toast = toasts.shown.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toast && (
        <p key={toast.id} part="toast" class={`toast ${toast.kind}`}>
          {toast.text}
        </p>
      )}
    </div>
  );
}

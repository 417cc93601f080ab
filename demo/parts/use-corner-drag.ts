import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Scene } from '../model/scene.js';

/** Less than this is a click, in CSS pixels. */
const leastPx = 8;

/** Lets the user drag the picture that lies on the other one into the corner they like. */
export function useCornerDrag(tile: RefObject<HTMLElement>, scene: Scene, isInset: boolean): void {
  useEffect(() => {
    const element = tile.current;
    if (!element || !isInset) return undefined;
    let from: { readonly x: number; readonly y: number } | undefined;
    let dragged = false;
    const down = ({ clientX: x, clientY: y, isPrimary }: PointerEvent): void => {
      if (isPrimary) from = { x, y };
      dragged = false;
    };
    const move = (event: PointerEvent): void => {
      if (!from) return;
      const [x, y] = [event.clientX - from.x, event.clientY - from.y];
      if (!dragged && Math.hypot(x, y) < leastPx) return;
      if (!dragged) element.setPointerCapture(event.pointerId);
      dragged = true;
      element.classList.add('dragged');
      element.style.translate = `${x}px ${y}px`;
    };
    const up = ({ type, clientX, clientY }: PointerEvent): void => {
      if (!from) return;
      from = undefined;
      const stage = element.offsetParent?.getBoundingClientRect();
      if (dragged && stage && type === 'pointerup') {
        const side = clientX < stage.left + stage.width / 2 ? 'left' : 'right';
        const end = clientY < stage.top + stage.height / 2 ? 'top' : 'bottom';
        scene.corner.value = `${end} ${side}`;
      }
      element.classList.remove('dragged');
      element.style.translate = '';
    };
    const click = (event: MouseEvent): void => {
      if (dragged) event.stopPropagation();
      dragged = false;
    };
    // A fast pointer has left the picture before its first move is told.
    const page = element.ownerDocument;
    element.addEventListener('pointerdown', down);
    page.addEventListener('pointermove', move);
    page.addEventListener('pointerup', up);
    page.addEventListener('pointercancel', up);
    element.addEventListener('click', click, true);
    return () => {
      element.removeEventListener('pointerdown', down);
      page.removeEventListener('pointermove', move);
      page.removeEventListener('pointerup', up);
      page.removeEventListener('pointercancel', up);
      element.removeEventListener('click', click, true);
      element.style.translate = '';
    };
  }, [tile, scene, isInset]);
}

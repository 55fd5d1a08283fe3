// A menu of the header: it closes with Escape and with a press outside of it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function Menu({
  summary,
  children,
  ...attributes
}: {
  readonly summary: ComponentChildren;
  readonly children: ComponentChildren;
  readonly id?: string;
  readonly 'data-on'?: string | undefined;
}) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = () => {
      if (menu.current) menu.current.open = false;
    };
    const press = (event: Event) => {
      if (event.target instanceof Node && !menu.current?.contains(event.target)) close();
    };
    const closeByKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !menu.current?.open) return;
      close();
      menu.current.querySelector('summary')?.focus();
    };
    addEventListener('pointerdown', press);
    addEventListener('keydown', closeByKey);
    return () => {
      removeEventListener('pointerdown', press);
      removeEventListener('keydown', closeByKey);
    };
  }, []);
  return (
    <details class="menu" ref={menu} {...attributes}>
      <summary class="menu-summary">{summary}</summary>
      <div class="menu-body">{children}</div>
    </details>
  );
}

/** Closes the menu around an element after its work is done. */
export function closeMenuAround(element: EventTarget | null): void {
  const menu = element instanceof Element ? element.closest('details.menu') : undefined;
  if (menu instanceof HTMLDetailsElement) menu.open = false;
}

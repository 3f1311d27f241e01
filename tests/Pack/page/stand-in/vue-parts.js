// The parts of the editor that extensions contribute to, drawn by Vue as the editor draws them.
import { computed, h } from 'vue'

/** As TopbarBadges and ActionBarButtons: a computed list of raw objects, read as they are drawn. */
export function barOf(extensionStore, front) {
  const badges = computed(() => Object.values(extensionStore.byName).flatMap((e) => (front.topbarBadges && e.topbarBadges) || []))
  const buttons = computed(() => Object.values(extensionStore.byName).flatMap((e) => (front.actionBarButtons && e.actionBarButtons) || []))
  const Badge = {
    props: ['badge'],
    setup: (props) => () =>
      h('div', { class: ['badge', props.badge.variant], title: props.badge.tooltip, 'data-testid': 'topbar-badge' }, [
        h('i', { class: props.badge.icon }),
        props.badge.text,
      ]),
  }
  return {
    badges: () => badges.value.map((badge) => h(Badge, { badge, key: badge.text })),
    buttons: () =>
      buttons.value.map((button, index) =>
        h('button', { key: index, title: button.tooltip, onClick: button.onClick, 'data-testid': 'action-bar-button' }, button.label),
      ),
  }
}

/** As FormItem and CustomFormValue: a type that is a function makes the element. */
export const FormItem = {
  props: ['setting', 'value'],
  emits: ['change'],
  setup:
    (props, { emit }) =>
    () =>
      h('div', { class: 'form-item', 'data-setting-id': props.setting.id }, [
        h('div', { class: 'form-label' }, props.setting.name),
        typeof props.setting.type === 'function'
          ? h('div', {
              onVnodeMounted: ({ el }) =>
                el.append(props.setting.type(props.setting.name, (v) => emit('change', v), props.value, props.setting.attrs)),
            })
          : h('input', { value: props.value, onInput: (e) => emit('change', e.target.value) }),
      ]),
}

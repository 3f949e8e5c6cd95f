// Tag names. Cells stand before their table, a list before its choices: the later one asks the earlier one.
// Not modelled: s-color-field, s-color-picker, s-date-picker, s-drop-zone.

const ELEMENTS = {
  "s-box": Box, "s-stack": Stack, "s-grid": Grid, "s-grid-item": GridItem, "s-query-container": QueryContainer, "s-scroll-box": ScrollBox, "s-divider": Divider,
  "s-icon": Icon, "s-heading": Heading, "s-text": Text, "s-paragraph": Paragraph, "s-number": NumberText, "s-badge": Badge, "s-chip": Chip,
  "s-unordered-list": List, "s-ordered-list": OrderedList, "s-list-item": ListItem, "s-image": Picture, "s-thumbnail": Thumbnail, "s-avatar": Avatar,
  "s-button": Button, "s-press-button": PressButton, "s-link": Link, "s-clickable": Clickable, "s-clickable-chip": ClickableChip, "s-button-group": ButtonGroup,
  "s-banner": Banner, "s-spinner": Spinner, "s-progress": Progress, "s-empty-state": EmptyState, "s-page": Page, "s-section": Section,
  "s-table-header-row": TableHeaderRow, "s-table-header": TableHeader, "s-table-body": TableBody, "s-table-row": TableRow, "s-table-cell": TableCell, "s-table": Table,
  "s-text-field": TextField, "s-search-field": SearchField, "s-email-field": EmailField, "s-url-field": UrlField, "s-password-field": PasswordField,
  "s-number-field": NumberField, "s-money-field": MoneyField, "s-date-field": DateField, "s-text-area": TextArea,
  "s-select": Select, "s-option": OptionPart, "s-option-group": OptionGroup, "s-checkbox": Checkbox, "s-switch": Switch, "s-choice-list": ChoiceList, "s-choice": Choice,
  "s-modal": Modal, "s-popover": Popover, "s-menu": Menu, "s-tooltip": Tooltip,
};
for (const [tag, kind] of Object.entries(ELEMENTS)) if (!customElements.get(tag)) customElements.define(tag, kind);

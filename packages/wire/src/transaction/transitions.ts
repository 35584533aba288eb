/** What a state does on each event it takes: the next state, then the actions in order. Any other event is ignored. */
export type Rows<State extends string, Event extends string, Action extends string> = Readonly<
  Partial<Record<Event, readonly [next: State, ...actions: Action[]]>>
>

/** A whole machine. An event whose name starts with `timer` is a timer's. */
export type Table<State extends string, Event extends string, Action extends string> = Readonly<
  Record<State, Rows<State, Event, Action>>
>

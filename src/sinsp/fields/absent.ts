/**
 * Fields that only the servers of Kubernetes, Mesos and Marathon could answer, which a capture does not hold. They exist
 * so that filters and formats that name them work; they never have a value.
 */
import { fieldClass, KEY_REQUIRED } from './define.js';
import type { Field } from './field.js';

const none = () => () => undefined;

const k8s = fieldClass('k8s');
const mesos = fieldClass('mesos');

const OBJECTS = [
  ['pod', 'pod'],
  ['rc', 'replication controller'],
  ['svc', 'service'],
  ['ns', 'namespace'],
  ['rs', 'replica set'],
  ['deployment', 'deployment'],
] as const;

export const k8sFields: readonly Field[] = OBJECTS.flatMap(([short, long]) => [
  k8s.text(`k8s.${short}.name`, `name of the Kubernetes ${long}`, none),
  k8s.text(`k8s.${short}.id`, `id of the Kubernetes ${long}`, none),
  k8s.text(`k8s.${short}.label`, `one label of the Kubernetes ${long}, as in k8s.${short}.label.app`, none, {
    argument: KEY_REQUIRED,
  }),
  k8s.text(`k8s.${short}.labels`, `all labels of the Kubernetes ${long}`, none),
]);

const described = (prefix: string, what: string, labels: boolean): Field[] => [
  mesos.text(`${prefix}.name`, `name of the ${what}`, none),
  mesos.text(`${prefix}.id`, `id of the ${what}`, none),
  ...(labels
    ? [
        mesos.text(`${prefix}.label`, `one label of the ${what}, as in ${prefix}.label.app`, none, {
          argument: KEY_REQUIRED,
        }),
        mesos.text(`${prefix}.labels`, `all labels of the ${what}`, none),
      ]
    : []),
];

export const mesosFields: readonly Field[] = [
  ...described('mesos.task', 'Mesos task', true),
  ...described('mesos.framework', 'Mesos framework', false),
  ...described('marathon.app', 'Marathon application', true),
  ...described('marathon.group', 'Marathon group', false),
];

// Wordings of message brokers, queues and their consumers.
import { type SystemWordings, wording } from './wording.ts';

const r = String.raw;

export const queueWordings: readonly SystemWordings[] = [
  {
    system: 'Kafka',
    source: 'https://kafka.apache.org/protocol.html#protocol_error_codes',
    wordings: [
      wording(
        'consumer-stuck',
        'writer',
        0.85,
        r`RecordDeserializationException|error deserializing (?:key|value|key\/value) for partition|seek past the record to continue`,
        'RecordDeserializationException: Error deserializing VALUE for partition orders-7 at offset 42. If needed, please seek past the record to continue consumption.',
      ),
      wording(
        'consumer-stuck',
        'writer',
        0.65,
        r`max\.poll\.interval\.ms|consumer poll timeout has expired|CommitFailedException|OffsetOutOfRange`,
        'consumer poll timeout has expired. This means the time between subsequent calls to poll() was longer than the configured max.poll.interval.ms',
      ),
      wording(
        'database-refuses-writes',
        'store',
        0.8,
        'NotEnoughReplicas(?:AfterAppend)?Exception|NOT_ENOUGH_REPLICAS',
        'NotEnoughReplicasException: Messages are rejected since there are fewer in-sync replicas than required.',
      ),
      wording(
        'data-invalid',
        'writer',
        0.7,
        'RecordTooLargeException|MESSAGE_TOO_LARGE|message size too large',
        'RecordTooLargeException: The message is 1048800 bytes when serialized',
      ),
      wording(
        'access-denied',
        'writer',
        0.8,
        '(?:Topic|Group|Cluster|TransactionalId)AuthorizationException|SaslAuthenticationException|TOPIC_AUTHORIZATION_FAILED',
        'TopicAuthorizationException: Not authorized to access topics: [orders]',
      ),
      wording(
        'configuration-invalid',
        'writer',
        0.55,
        'UNKNOWN_TOPIC_OR_PARTITION|UnknownTopicOrPartitionException',
        'UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.',
      ),
      wording(
        'dependency-unavailable',
        'store',
        0.65,
        r`broker may not be available|LEADER_NOT_AVAILABLE|connection to node -?\d+ .{0,120}could not be established|no resolvable bootstrap|KafkaStorageException`,
        'Connection to node -1 (kafka/10.0.0.7:9092) could not be established. Broker may not be available.',
      ),
      wording(
        'dependency-unavailable',
        'store',
        0.6,
        r`expiring \d+ record\(s\) for|not present in metadata after \d+ ms`,
        'TimeoutException: Expiring 12 record(s) for orders-3:120000 ms has passed since batch creation',
      ),
    ],
  },
  {
    system: 'RabbitMQ',
    source: 'https://www.rabbitmq.com/docs/alarms',
    wordings: [
      wording(
        'store-memory-full',
        'store',
        0.85,
        'memory resource limit alarm set|low on memory|vm_memory_high_watermark set',
        'memory resource limit alarm set on node rabbit@mq-0.',
      ),
      wording(
        'disk-full',
        'store',
        0.85,
        'disk resource limit alarm set|connection\\.blocked.{0,40}low on disk|disk free space insufficient',
        'disk resource limit alarm set on node rabbit@mq-0.',
      ),
      wording(
        'consumer-stuck',
        'writer',
        0.75,
        'delivery acknowledgement on channel \\d+ timed out',
        'PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms',
      ),
      wording(
        'database-credentials',
        'writer',
        0.85,
        'ACCESS_REFUSED',
        'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN',
      ),
      wording(
        'configuration-invalid',
        'writer',
        0.6,
        'PRECONDITION_FAILED - inequivalent arg|NOT_FOUND - no (?:queue|exchange|vhost)',
        "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'orders'",
      ),
      wording(
        'dependency-unavailable',
        'store',
        0.6,
        'AMQPConnectionError|AmqpConnectException|AlreadyClosedException|connection .{0,60}closed by broker',
        'pika.exceptions.AMQPConnectionError',
      ),
    ],
  },
  {
    system: 'Consumers of any queue',
    source: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html',
    wordings: [
      wording(
        'consumer-stuck',
        'writer',
        0.7,
        r`poison (?:message|pill)|(?:redelivered|redelivery|delivery (?:attempt|count)|receive count)\b.{0,20}\b(?:exceeded|[1-9]\d{1,5})\b.{0,60}(?:fail|giv|same)`,
        'poison message 42 in queue orders: failed again',
      ),
    ],
  },
];

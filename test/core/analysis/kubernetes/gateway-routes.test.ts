import { describe, expect, test } from 'vitest';
import { app, causes, find, meta, service } from './objects.ts';

// Gateways that are told their routes by a file or by their environment.

const names = ['depot-order-service', 'depot-fare-service', 'depot-route-service', 'depot-seat-service'];
const services = names.map((name) => service(name));
const map = (text: string) => ({
  kind: 'ConfigMap',
  metadata: meta('depot-gateway'),
  data: { 'application.yml': text },
});
const gateway = app('depot-gateway', {
  podSpec: { volumes: [{ name: 'config', configMap: { name: 'depot-gateway' } }] },
});
const wrong = ['Deployment depot-gateway: route-wrong-backend'];
const spring = (target: string) => `
spring:
  cloud:
    gateway:
      routes:
        - id: orders
          uri: lb://depot-order-service
          predicates:
            - Path=/api/v1/orderservice/**
        - id: seats
          uri: lb://depot-seat-service
          predicates:
            - Path=/api/v1/seatservice/**
        - id: fares
          uri: ${target}
          predicates:
            - Path=/api/v1/fareservice/**
`;

describe('routes of a Spring gateway', () => {
  test.each([
    ['lead where they are named after', 'lb://depot-fare-service', []],
    ['lead to another service', 'lb://depot-route-service', wrong],
    ['lead to a name with a letter wrong', 'lb://depot-fare-servic', wrong],
    ['lead to a port that the Service has not', 'http://depot-fare-service:9999', wrong],
    ['lead to the port that it has', 'http://depot-fare-service:80', []],
    ['lead outside', 'https://fares.example.com', []],
  ])('%s', (_, target, expected) => {
    expect(causes(...gateway, map(spring(target)), ...services)).toEqual(expected);
  });

  test('say which route it is', () => {
    const finding = find(...gateway, map(spring('lb://depot-route-service')), ...services).find(
      ({ cause }) => cause === 'route-wrong-backend',
    );
    expect(finding?.claim).toContain('depot-route-service, although it is named after depot-fare-service');
  });

  test('are read from the environment', () => {
    const env = [
      { name: 'SPRING_CLOUD_GATEWAY_ROUTES_0_ID', value: 'fare' },
      { name: 'SPRING_CLOUD_GATEWAY_ROUTES_0_URI', value: 'http://depot-seat-service:80' },
      { name: 'SPRING_CLOUD_GATEWAY_ROUTES_0_PREDICATES_0', value: 'Path=/fare/**' },
    ];
    expect(causes(...app('depot-gateway', { container: { env } }), ...services)).toContain(wrong[0]);
  });
});

describe('routes of other gateways', () => {
  const nginx = (seat: string) => `
server {
  location /order/ { proxy_pass http://depot-order-service:80; }
  location /route/ { proxy_pass http://depot-route-service:80; }
  location /seat/ { proxy_pass http://${seat}:80; }
}`;
  const kong = (seat: string) => `
services:
  - name: seat
    url: http://${seat}:80
    routes:
      - paths: [/seat]
`;
  test.each([
    ['nginx, right', nginx('depot-seat-service'), []],
    ['nginx, another service', nginx('depot-fare-service'), wrong],
    ['Kong, right', kong('depot-seat-service'), []],
    ['Kong, another service', kong('depot-fare-service'), wrong],
    ['HAProxy, a port that is not there', 'backend seat\n  server s1 depot-seat-service:8099 check\n', wrong],
    ['Envoy, a port that is not there', 'address: depot-seat-service\n  port_value: 8099', wrong],
    ['an aggregate that is named after nothing', 'location / { proxy_pass http://depot-fare-service:80; }', []],
  ])('%s', (_, text, expected) => {
    expect(causes(...gateway, map(text), ...services)).toEqual(expected);
  });
});

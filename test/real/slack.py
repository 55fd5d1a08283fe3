"""Gives blocks to the models of Slack's own SDK. A line of JSON in, a list of blocks; a line out, a complaint or null for each.

The models skip what they do not know with no more than a warning, so a block counts as taken only if it comes out as it went in. Selects
keep their options as they were given; those are looked at one by one."""

import json
import logging
import sys

from slack_sdk.models.blocks import Block, Option

logging.disable(logging.WARNING)


def options(given):
    elements = [*given.get("elements", []), given.get("accessory") or {}]
    return [option for element in elements for option in element.get("options", [])]


def complaint(given):
    try:
        block = Block.parse(given)
        if block is None:
            return "unknown block"
        made = json.loads(json.dumps(block.to_dict()))
        for option in Option.parse_all(options(given)):
            option.validate_json()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None if made == given else f"came out as {json.dumps(made)}"


for line in sys.stdin:
    print(json.dumps([complaint(block) for block in json.loads(line)]), flush=True)

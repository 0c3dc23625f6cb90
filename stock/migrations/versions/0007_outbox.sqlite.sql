-- What endpoints are owed is written in the transaction of what happened.  Without a
-- subscription each of these is one look at an empty table.

CREATE TRIGGER receipt_told AFTER INSERT ON receipt
WHEN EXISTS (SELECT 1 FROM hook_subscription WHERE event = 'receipt.posted')
BEGIN
    INSERT INTO hook_message
        (endpoint_id, event, subject_id, happened_at, owed_at, due_at)
    SELECT endpoint.id, 'receipt.posted', NEW.id, NEW.posted_at, NEW.posted_at,
           '2000-01-01 00:00:00.000000'
    FROM hook_subscription wanted
    JOIN hook_endpoint endpoint ON endpoint.id = wanted.endpoint_id
    WHERE wanted.event = 'receipt.posted' AND endpoint.state <> 'off'
      AND (endpoint.every_shop OR EXISTS (
          SELECT 1 FROM "order" customer_order
          JOIN hook_endpoint_shop own ON own.shop_id = customer_order.shop_id
          WHERE customer_order.id = NEW.order_id AND own.endpoint_id = endpoint.id));
END;
-- next
CREATE TRIGGER receipt_reversal_told AFTER INSERT ON receipt_reversal
WHEN EXISTS (SELECT 1 FROM hook_subscription WHERE event = 'receipt.reversed')
BEGIN
    INSERT INTO hook_message
        (endpoint_id, event, subject_id, happened_at, owed_at, due_at)
    SELECT endpoint.id, 'receipt.reversed', NEW.id, NEW.reversed_at, NEW.reversed_at,
           '2000-01-01 00:00:00.000000'
    FROM hook_subscription wanted
    JOIN hook_endpoint endpoint ON endpoint.id = wanted.endpoint_id
    WHERE wanted.event = 'receipt.reversed' AND endpoint.state <> 'off'
      AND (endpoint.every_shop OR EXISTS (
          SELECT 1 FROM receipt
          JOIN "order" customer_order ON customer_order.id = receipt.order_id
          JOIN hook_endpoint_shop own ON own.shop_id = customer_order.shop_id
          WHERE receipt.id = NEW.receipt_id AND own.endpoint_id = endpoint.id));
END;
-- next
CREATE TRIGGER movement_told AFTER INSERT ON movement
WHEN 'available' IN (NEW.from_bucket, NEW.to_bucket)
    AND EXISTS (SELECT 1 FROM hook_subscription WHERE event = 'stock.changed')
BEGIN
    INSERT INTO hook_message
        (endpoint_id, event, subject_id, happened_at, owed_at, due_at)
    SELECT endpoint.id, 'stock.changed', NEW.sku_id, NEW.posted_at, NEW.posted_at,
           '2000-01-01 00:00:00.000000'
    FROM hook_subscription wanted
    JOIN hook_endpoint endpoint ON endpoint.id = wanted.endpoint_id
    WHERE wanted.event = 'stock.changed' AND endpoint.state <> 'off'
      AND (endpoint.every_shop OR EXISTS (
          SELECT 1 FROM listing_component component
          JOIN listing ON listing.id = component.listing_id
          JOIN hook_endpoint_shop own ON own.shop_id = listing.shop_id
          WHERE component.sku_id = NEW.sku_id AND own.endpoint_id = endpoint.id))
    ON CONFLICT (endpoint_id, event, subject_id) DO UPDATE SET
        version = version + 1,
        happened_at = excluded.happened_at,
        owed_at = CASE state WHEN 'owed' THEN owed_at ELSE excluded.owed_at END,
        state = 'owed', due_at = excluded.due_at, attempts = 0;
END;

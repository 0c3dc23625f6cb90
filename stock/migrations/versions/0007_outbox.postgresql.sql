-- What endpoints are owed is written in the transaction of what happened.  Without a
-- subscription each of these is one look at an empty table.
--
-- An endpoint is locked against its removal, which waits, and so finds all messages.

CREATE FUNCTION truestock_owe_document(
    told text, document_id bigint, order_key bigint, told_at timestamptz
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO hook_message
        (endpoint_id, event, subject_id, happened_at, owed_at, due_at)
    SELECT endpoint.id, told, document_id, told_at, told_at, '2000-01-01 00:00:00+00'
    FROM hook_subscription wanted
    JOIN hook_endpoint endpoint ON endpoint.id = wanted.endpoint_id
    WHERE wanted.event = told AND endpoint.state <> 'off'
      AND (endpoint.every_shop OR EXISTS (
          SELECT FROM "order" customer_order
          JOIN hook_endpoint_shop own ON own.shop_id = customer_order.shop_id
          WHERE customer_order.id = order_key AND own.endpoint_id = endpoint.id))
    ORDER BY endpoint.id FOR KEY SHARE OF endpoint;
$$;
-- next
CREATE FUNCTION truestock_tell_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM hook_subscription WHERE event = 'receipt.posted') THEN
        PERFORM truestock_owe_document(
            'receipt.posted', NEW.id, NEW.order_id, NEW.posted_at);
    END IF;
    RETURN NULL;
END $$;
-- next
CREATE TRIGGER receipt_told
    AFTER INSERT ON receipt FOR EACH ROW EXECUTE FUNCTION truestock_tell_receipt();
-- next
CREATE FUNCTION truestock_tell_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM hook_subscription WHERE event = 'receipt.reversed') THEN
        PERFORM truestock_owe_document(
            'receipt.reversed', NEW.id, receipt.order_id, NEW.reversed_at)
        FROM receipt WHERE receipt.id = NEW.receipt_id;
    END IF;
    RETURN NULL;
END $$;
-- next
CREATE TRIGGER receipt_reversal_told
    AFTER INSERT ON receipt_reversal
    FOR EACH ROW EXECUTE FUNCTION truestock_tell_reversal();
-- next
CREATE FUNCTION truestock_tell_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM hook_subscription WHERE event = 'stock.changed') THEN
        INSERT INTO hook_message
            (endpoint_id, event, subject_id, happened_at, owed_at, due_at)
        SELECT endpoint.id, 'stock.changed', moved.sku_id, moved.posted_at,
               moved.posted_at, '2000-01-01 00:00:00+00'
        FROM (
            SELECT sku_id, max(posted_at) AS posted_at FROM posted
            WHERE 'available' IN (from_bucket, to_bucket) GROUP BY sku_id
        ) moved
        CROSS JOIN hook_subscription wanted
        JOIN hook_endpoint endpoint ON endpoint.id = wanted.endpoint_id
        WHERE wanted.event = 'stock.changed' AND endpoint.state <> 'off'
          AND (endpoint.every_shop OR EXISTS (
              SELECT FROM listing_component component
              JOIN listing ON listing.id = component.listing_id
              JOIN hook_endpoint_shop own ON own.shop_id = listing.shop_id
              WHERE component.sku_id = moved.sku_id
                AND own.endpoint_id = endpoint.id))
        ORDER BY moved.sku_id, endpoint.id FOR KEY SHARE OF endpoint
        ON CONFLICT (endpoint_id, event, subject_id) DO UPDATE SET
            version = hook_message.version + 1,
            happened_at = excluded.happened_at,
            owed_at = CASE hook_message.state WHEN 'owed' THEN hook_message.owed_at
                                              ELSE excluded.owed_at END,
            state = 'owed', due_at = excluded.due_at, attempts = 0;
    END IF;
    RETURN NULL;
END $$;
-- next
-- By its name it comes after movement_posted: rows of endpoints are locked last.
CREATE TRIGGER movement_told
    AFTER INSERT ON movement REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_tell_stock();

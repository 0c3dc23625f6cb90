-- Movements are history: nobody changes or removes them, and levels follow from them.

CREATE FUNCTION truestock_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'TS001', MESSAGE =
        'stock moves only through stock.guard.post: '
        || TG_OP || ' on ' || TG_TABLE_NAME || ' refused';
END $$;
-- next
CREATE TRIGGER movement_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON movement
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
-- A depth of zero means: not caused by a movement.
CREATE TRIGGER stock_level_follows
    BEFORE INSERT OR UPDATE OR DELETE ON stock_level
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER stock_level_stays
    BEFORE TRUNCATE ON stock_level
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER line_level_follows
    BEFORE INSERT OR UPDATE OR DELETE ON line_level
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER line_level_stays
    BEFORE TRUNCATE ON line_level
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE FUNCTION truestock_line_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO line_level (order_line_id, sku_id)
        SELECT id, sku_id FROM opened ORDER BY id;
    RETURN NULL;
END $$;
-- next
CREATE TRIGGER order_line_opened
    AFTER INSERT ON order_line REFERENCING NEW TABLE AS opened
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_line_opened();
-- next
CREATE FUNCTION truestock_movement_posted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change record;
BEGIN
    -- Rows are taken in one order everywhere: lines, then levels, then listings, each
    -- by its key.  A loop keeps that order by itself, and its plans suit one movement
    -- as well as a batch.
    FOR change IN
        SELECT order_line_id, sku_id, max(id) AS movement_id,
            sum(quantity * ((to_bucket = 'committed')::int
                          - (from_bucket = 'committed')::int)) AS committed,
            sum(quantity * ((to_bucket = 'out')::int
                          - (from_bucket = 'out')::int)) AS out,
            sum(quantity * ((from_bucket IN ('out', 'lost')
                             AND to_bucket = 'available')::int
                          - (from_bucket = 'available' AND to_bucket = 'out')::int))
                AS received,
            sum(quantity * ((to_bucket = 'damaged')::int
                          - (from_bucket = 'damaged')::int)) AS damaged,
            sum(quantity * ((to_bucket = 'lost')::int
                          - (from_bucket = 'lost')::int)) AS lost
        FROM posted WHERE order_line_id IS NOT NULL
        GROUP BY order_line_id, sku_id ORDER BY order_line_id
    LOOP
        UPDATE line_level SET
            committed = committed + change.committed,
            out = out + change.out,
            received = received + change.received,
            damaged = damaged + change.damaged,
            lost = lost + change.lost,
            movement_id = greatest(movement_id, change.movement_id)
        WHERE order_line_id = change.order_line_id AND sku_id = change.sku_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a movement names an order line of another SKU, or none'
                USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;

    FOR change IN
        SELECT sku_id, warehouse_id, max(id) AS movement_id,
            sum(quantity * (bucket = 'available')::int) AS available,
            sum(quantity * (bucket = 'committed')::int) AS committed,
            sum(quantity * (bucket = 'out')::int) AS out,
            sum(quantity * (bucket = 'damaged')::int) AS damaged,
            sum(quantity * (bucket = 'lost')::int) AS lost,
            sum(quantity * (bucket = 'outside')::int) AS outside
        FROM (
            SELECT id, sku_id, from_warehouse_id AS warehouse_id,
                from_bucket AS bucket, -quantity AS quantity FROM posted
            UNION ALL
            SELECT id, sku_id, to_warehouse_id, to_bucket, quantity FROM posted
        ) leg
        GROUP BY sku_id, warehouse_id ORDER BY sku_id, warehouse_id
    LOOP
        LOOP
            UPDATE stock_level SET
                available = available + change.available,
                committed = committed + change.committed,
                out = out + change.out,
                damaged = damaged + change.damaged,
                lost = lost + change.lost,
                outside = outside + change.outside,
                movement_id = greatest(movement_id, change.movement_id)
            WHERE sku_id = change.sku_id AND warehouse_id = change.warehouse_id;
            EXIT WHEN FOUND;
            INSERT INTO stock_level (sku_id, warehouse_id)
                VALUES (change.sku_id, change.warehouse_id) ON CONFLICT DO NOTHING;
        END LOOP;
    END LOOP;

    -- Whoever moves available units owes every listing of theirs a push.
    FOR change IN
        SELECT DISTINCT component.listing_id FROM posted
        JOIN listing_component component ON component.sku_id = posted.sku_id
        WHERE 'available' IN (posted.from_bucket, posted.to_bucket)
        ORDER BY component.listing_id
    LOOP
        UPDATE listing SET wanted_version = wanted_version + 1, due_at = NULL
        WHERE id = change.listing_id;
    END LOOP;

    IF EXISTS (SELECT FROM posted WHERE receipt_line_id IS NOT NULL) THEN
        PERFORM truestock_check_receipts(array_agg(receipt_line_id))
        FROM posted WHERE receipt_line_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
-- next
-- A receipt line vouches for what it says and no more, and is reversed no further.
CREATE FUNCTION truestock_check_receipts(lines bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM movement
        JOIN receipt_line receipt ON receipt.id = movement.receipt_line_id
        WHERE movement.receipt_line_id = ANY (lines)
        GROUP BY receipt.id
        HAVING sum(movement.quantity * ((to_bucket = 'available')::int
                                      - (from_bucket = 'available')::int))
                   NOT BETWEEN 0 AND receipt.good
            OR sum(movement.quantity * ((to_bucket = 'damaged')::int
                                      - (from_bucket = 'damaged')::int))
                   NOT BETWEEN 0 AND receipt.damaged
            OR sum(movement.quantity * (to_bucket = 'lost')::int) > receipt.lost
    ) THEN
        RAISE EXCEPTION 'a movement exceeds what its receipt line says'
            USING ERRCODE = 'TS002';
    END IF;
END $$;
-- next
CREATE TRIGGER receipt_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER receipt_line_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_line
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER receipt_reversal_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_reversal
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_refuse();
-- next
CREATE TRIGGER movement_posted
    AFTER INSERT ON movement REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_movement_posted();

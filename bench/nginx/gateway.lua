-- What a gateway written in nginx's Lua would do at least: check the key, decode and encode JSON both ways, count tokens.
local cjson = require "cjson"

local M = {}
local keys = { ["Bearer bench-key"] = "bench" }
local total = 0

-- An estimate, as for texts of which no provider has told the number: four bytes a token.
local function count(text) return math.ceil(#text / 4) end

function M.request()
    local consumer = keys[ngx.var.http_authorization or ""]
    if not consumer then return ngx.exit(401) end
    ngx.req.read_body()
    local document = cjson.decode(ngx.req.get_body_data())
    local tokens = 0
    for _, message in ipairs(document.messages or {}) do
        if type(message.content) == "string" then tokens = tokens + count(message.content) end
    end
    ngx.ctx.tokens = tokens
    ngx.ctx.stream = document.stream
    ngx.req.set_body_data(cjson.encode(document))
end

function M.head()
    ngx.ctx.relays = ngx.status ~= 200
    if not ngx.ctx.relays then ngx.header.content_length = nil end
end

function M.body()
    local ctx = ngx.ctx
    if ctx.relays then return end
    if ctx.stream then
        local chunk = ngx.arg[1]
        if chunk and #chunk > 0 then
            ngx.arg[1] = chunk:gsub("data: (%b{})\n", function(json)
                local event = cjson.decode(json)
                local choice = event.choices and event.choices[1]
                local text = choice and choice.delta and choice.delta.content
                if type(text) == "string" then ctx.tokens = (ctx.tokens or 0) + count(text) end
                return "data: " .. cjson.encode(event) .. "\n"
            end)
        end
        if ngx.arg[2] then total = total + (ctx.tokens or 0) end
        return
    end
    ctx.answer = (ctx.answer or "") .. (ngx.arg[1] or "")
    if not ngx.arg[2] then
        ngx.arg[1] = nil
        return
    end
    local document = cjson.decode(ctx.answer)
    if document.usage then total = total + (document.usage.total_tokens or 0) end
    local choice = document.choices and document.choices[1]
    if choice and choice.message and type(choice.message.content) == "string" then
        total = total + count(choice.message.content)
    end
    ngx.arg[1] = cjson.encode(document)
end

return M
